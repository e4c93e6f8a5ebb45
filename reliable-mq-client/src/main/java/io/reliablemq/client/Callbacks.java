package io.reliablemq.client;

import io.reliablemq.protocol.runtime.NamedThreads;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * The threads that tell the application how its asynchronous sends ended; there are none while nothing ends. What waits
 * here is bounded by the sends in flight.
 */
final class Callbacks implements Executor, AutoCloseable {

    private static final long IDLE_SECONDS = 30;
    private static final long CLOSE_SECONDS = 5;

    private final ThreadPoolExecutor threads;

    Callbacks(int count) {
        threads = new ThreadPoolExecutor(
                count,
                count,
                IDLE_SECONDS,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(),
                new NamedThreads("rmq-client-callback"),
                // After the end of the client the thread that ended the send delivers the outcome itself.
                (task, pool) -> task.run());
        threads.allowCoreThreadTimeOut(true);
    }

    @Override
    public void execute(Runnable task) {
        threads.execute(task);
    }

    /** Lets the callbacks that wait run, for a few seconds at most. */
    @Override
    public void close() throws InterruptedException {
        threads.shutdown();
        if (!threads.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS)) {
            throw new IllegalStateException(threads.getQueue().size() + " callback(s) of asynchronous sends did not run"
                    + " within " + CLOSE_SECONDS + " s, because the application's code blocks their threads");
        }
    }
}
