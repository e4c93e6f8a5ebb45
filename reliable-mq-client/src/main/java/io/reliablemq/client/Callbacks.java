package io.reliablemq.client;

import io.reliablemq.protocol.runtime.NamedThreads;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedTransferQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * The threads that tell the application how its asynchronous sends ended; there are none while nothing ends. What waits
 * here is bounded by the sends in flight.
 *
 * <p>A further thread is made whenever all are busy, up to {@value #MOST_THREADS}, because the application's code may
 * block: with a few fixed threads, as many callbacks that wait for another asynchronous send would wait for ever.
 */
final class Callbacks implements Executor, AutoCloseable {

    static final int MOST_THREADS = 64;

    private static final long IDLE_SECONDS = 30;
    private static final long CLOSE_SECONDS = 5;

    private final ThreadPoolExecutor threads;

    Callbacks() {
        threads = new ThreadPoolExecutor(
                1,
                MOST_THREADS,
                IDLE_SECONDS,
                TimeUnit.SECONDS,
                new IdleThreadsFirst(),
                new NamedThreads("rmq-client-callback"),
                Callbacks::queueOrRun);
        threads.allowCoreThreadTimeOut(true);
    }

    /** Takes a task only if a thread waits for it, so that the pool grows before anything queues. */
    private static final class IdleThreadsFirst extends LinkedTransferQueue<Runnable> {

        private static final long serialVersionUID = 1L;

        @Override
        public boolean offer(Runnable task) {
            return tryTransfer(task);
        }
    }

    /** All threads are busy, or the client has ended: then the thread that ended the send delivers the outcome. */
    private static void queueOrRun(Runnable task, ThreadPoolExecutor pool) {
        if (pool.isShutdown()) {
            task.run();
        } else {
            pool.getQueue().add(task);
            // All threads may have gone idle and ended in between.
            pool.prestartCoreThread();
        }
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
