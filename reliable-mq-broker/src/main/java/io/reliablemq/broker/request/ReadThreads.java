package io.reliablemq.broker.request;

import io.reliablemq.broker.store.index.IndexDamagedException;
import io.reliablemq.protocol.command.Command;
import io.reliablemq.protocol.command.ResponseCode;
import io.reliablemq.protocol.runtime.ErrorSink;
import io.reliablemq.protocol.runtime.NamedThreads;
import io.reliablemq.protocol.transport.Reply;
import java.io.IOException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * The threads {@code rmq-read-n}: for reads that may have to wait for the disk. Both threads and waiting reads are
 * bounded; beyond that a request is told to come again. Threads end when there is nothing to read.
 */
public final class ReadThreads implements AutoCloseable {

    private static final int THREADS = 2;

    /**
     * A group that fails as a whole sends thousands of messages back at once, and these must not be turned away. One that
     * waits takes some hundred bytes, since its memory for the answer is taken when its turn comes.
     */
    private static final int MAX_WAITING = 65_536;

    private static final int KEEP_ALIVE_SECONDS = 30;

    /** How many damaged files one read may meet and begin again. */
    private static final int MAX_REPAIRS = 100;

    private final ErrorSink errors;
    private final ThreadPoolExecutor threads = new ThreadPoolExecutor(
            THREADS,
            THREADS,
            KEEP_ALIVE_SECONDS,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(MAX_WAITING),
            new NamedThreads("rmq-read"));

    public ReadThreads(ErrorSink errors) {
        this.errors = errors;
        threads.allowCoreThreadTimeOut(true);
    }

    /** A step that reads from the log and answers. */
    @FunctionalInterface
    interface Read {
        void run() throws IOException;
    }

    /**
     * Runs the read; whatever happens, the request gets its answer. A read that meets a damaged index file is run again
     * when the file has been made again, so it must not have answered before.
     */
    void execute(Reply reply, Read read) {
        execute(reply, read, 0);
    }

    private void execute(Reply reply, Read read, int repairs) {
        try {
            threads.execute(() -> answered(reply, read, repairs));
        } catch (RejectedExecutionException e) {
            reply.send(Command.failure(
                    ResponseCode.FLOW_CONTROL, "Too many reads are waiting for the disk; come again in a moment"));
        }
    }

    private void answered(Reply reply, Read read, int repairs) {
        try {
            read.run();
        } catch (RefusedException e) {
            reply.send(Command.failure(e.responseCode(), e.remark()));
        } catch (IndexDamagedException e) {
            whenRepaired(e, reply, read, repairs);
        } catch (IOException | RuntimeException | LinkageError | AssertionError | OutOfMemoryError e) {
            errors.report("a read from the log", e);
            reply.send(Command.failure(ResponseCode.SYSTEM_ERROR, "The log could not be read: " + e.getMessage()));
        }
    }

    private void whenRepaired(IndexDamagedException damaged, Reply reply, Read read, int repairs) {
        if (repairs == MAX_REPAIRS || damaged.repaired().toCompletableFuture().isCompletedExceptionally()) {
            errors.report("a read from the log", damaged);
            reply.send(Command.failure(ResponseCode.SYSTEM_ERROR, String.valueOf(damaged.getMessage())));
        } else {
            // Nothing is kept waiting meanwhile: the thread that made the file hands the read over again.
            damaged.repaired().whenComplete((done, error) -> execute(reply, read, repairs + 1));
        }
    }

    @Override
    public void close() {
        threads.shutdown();
    }
}
