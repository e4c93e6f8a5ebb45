package io.reliablemq.client;

import io.reliablemq.client.agent.GrowingThreads;
import io.reliablemq.client.agent.TaskLoop;
import io.reliablemq.protocol.runtime.Clock;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The threads that tell the application how its asynchronous sends ended; there are none while nothing ends. What waits
 * here is bounded by the sends in flight.
 *
 * <p>There are few while the application's code is quick. When it blocks there are more, up to {@value #MOST_THREADS}: with a
 * few fixed threads, as many callbacks that wait for another asynchronous send would wait for ever.
 */
final class Callbacks implements Executor, AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(MqClient.class);

    static final int MOST_THREADS = 64;

    private static final int FEW_THREADS = 2;
    private static final long CLOSE_SECONDS = 5;

    /** A callback that takes longer has probably waited for something. */
    private static final Duration SLOW = Duration.ofNanos(100_000);

    private static final Duration PAUSE_WITHOUT_THREAD = Duration.ofMillis(100);

    private final TaskLoop loop;
    private final GrowingThreads threads;

    Callbacks(TaskLoop loop, Clock clock) {
        this.loop = loop;
        // When the client has ended, the thread that ended the send delivers the outcome.
        threads = new GrowingThreads(
                "rmq-client-callback", FEW_THREADS, MOST_THREADS, SLOW, (task, pool) -> task.run(), loop, clock);
    }

    /** Runs the task in any case: where there is no thread for it now, a moment later. */
    @Override
    public void execute(Runnable task) {
        try {
            threads.execute(task);
        } catch (RuntimeException | Error e) {
            if (threads.threads().isShutdown()) {
                throw e;
            }
            log.error("There is no thread for a callback; tried again in {} ms", PAUSE_WITHOUT_THREAD.toMillis(), e);
            loop.schedule(PAUSE_WITHOUT_THREAD, () -> execute(task));
        }
    }

    /** Lets the callbacks that wait run, for a few seconds at most. */
    @Override
    public void close() throws InterruptedException {
        threads.threads().shutdown();
        if (!threads.threads().awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS)) {
            throw new IllegalStateException(
                    threads.threads().getQueue().size() + " callback(s) of asynchronous sends did not run" + " within "
                            + CLOSE_SECONDS + " s, because the application's code blocks their threads");
        }
    }
}
