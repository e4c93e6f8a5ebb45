package io.reliablemq.client.agent;

import io.reliablemq.protocol.runtime.Clock;
import io.reliablemq.protocol.runtime.NamedThreads;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionHandler;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/**
 * Threads for the application's code: a few while it is quick, and as many as are allowed when it waits for something. There are
 * none while there is nothing to do. Thread-safe.
 *
 * <p>More threads than processors make quick code slower, since each hand-over wakes a thread; code that blocks needs one for each
 * piece that is to run at once. Which of the two it is shows in how long the pieces take: while some wait for a thread, the
 * thread {@code rmq-client} looks every {@value #LOOK_MS} ms.
 */
public final class GrowingThreads implements Executor {

    private static final int LOOK_MS = 5;

    /** In that many looks one behind the other nothing has ended: everything waits for something. */
    private static final int LOOKS_WITHOUT_END = 2;

    private static final long IDLE_SECONDS = 30;

    private final int few;
    private final int most;
    private final long slowNanos;
    private final TaskLoop loop;
    private final Clock clock;
    private final ThreadPoolExecutor pool;
    private final AtomicInteger open = new AtomicInteger();
    private final LongAdder ended = new LongAdder();
    private final LongAdder slow = new LongAdder();
    private final AtomicBoolean looking = new AtomicBoolean();

    // Of the look before, on the thread rmq-client.
    private long endedBefore;
    private long slowBefore;
    private int looksWithoutEnd;

    /**
     * @param few threads while the code is quick
     * @param most threads in any case
     * @param slow a piece that takes longer has probably waited for something
     * @param afterEnd what becomes of tasks that come after {@link #threads()} were shut down
     */
    public GrowingThreads(
            String name,
            int few,
            int most,
            Duration slow,
            RejectedExecutionHandler afterEnd,
            TaskLoop loop,
            Clock clock) {
        this.few = Math.min(few, most);
        this.most = most;
        this.slowNanos = slow.toNanos();
        this.loop = loop;
        this.clock = clock;
        this.pool = new ThreadPoolExecutor(
                this.few,
                this.few,
                IDLE_SECONDS,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(),
                new NamedThreads(name),
                afterEnd);
        pool.allowCoreThreadTimeOut(true);
    }

    /** As many as quick code makes use of on this machine, two at least, so that one that blocks does not stop all. */
    public static int few() {
        return Math.max(2, Math.min(4, Runtime.getRuntime().availableProcessors()));
    }

    /** The threads themselves, to be shut down. */
    public ThreadPoolExecutor threads() {
        return pool;
    }

    @Override
    public void execute(Runnable task) {
        int nowOpen = open.incrementAndGet();
        try {
            pool.execute(new Timed(task));
        } catch (RuntimeException | Error e) {
            open.decrementAndGet();
            throw e;
        }
        if (nowOpen > few || pool.getCorePoolSize() > few) {
            lookLater();
        }
    }

    private final class Timed implements Runnable {

        private final Runnable task;

        Timed(Runnable task) {
            this.task = task;
        }

        @Override
        public void run() {
            long begin = clock.nanos();
            try {
                task.run();
            } finally {
                if (clock.nanos() - begin >= slowNanos) {
                    slow.increment();
                }
                ended.increment();
                open.decrementAndGet();
            }
        }
    }

    private void lookLater() {
        if (!looking.get() && looking.compareAndSet(false, true)) {
            loop.schedule(Duration.ofMillis(LOOK_MS), this::look);
        }
    }

    private void look() {
        looking.set(false);
        long endedNow = ended.sum();
        long slowNow = slow.sum();
        long pieces = endedNow - endedBefore;
        long slowPieces = slowNow - slowBefore;
        endedBefore = endedNow;
        slowBefore = slowNow;
        looksWithoutEnd = pieces == 0 ? looksWithoutEnd + 1 : 0;
        // Not the average: where processors are short, a few quick pieces take long as well.
        boolean blocks = pieces == 0 ? looksWithoutEnd >= LOOKS_WITHOUT_END : 2 * slowPieces >= pieces;
        int size = pool.getCorePoolSize();
        int nowOpen = open.get();
        int waiting = nowOpen - size;
        if (waiting > 0 || size > few && nowOpen > 0) {
            // Whatever happens below, the next look comes.
            lookLater();
        }
        if (waiting > 0 && blocks) {
            grow(Math.min(most, 2 * size));
        } else if (pieces > 0 && 10 * slowPieces <= pieces && size > few) {
            shrink();
        }
    }

    private void grow(int size) {
        pool.setMaximumPoolSize(size);
        pool.setCorePoolSize(size);
    }

    /** The others end with what they do: taking turns, none of them would ever be idle for long. */
    private void shrink() {
        pool.setCorePoolSize(few);
        pool.setMaximumPoolSize(few);
    }
}
