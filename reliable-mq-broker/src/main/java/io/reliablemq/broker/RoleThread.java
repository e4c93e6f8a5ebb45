package io.reliablemq.broker;

import io.reliablemq.broker.role.RoleChangeException;
import io.reliablemq.protocol.runtime.ErrorSink;
import io.reliablemq.protocol.runtime.NamedThreads;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** {@code rmq-role}: carries out changes of the broker's role, one after the other. There only while there is one. */
final class RoleThread implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Broker.class);
    private static final Duration NO_BOUND = Duration.ofNanos(Long.MAX_VALUE);
    private static final Duration CLOSE_BOUND = Duration.ofSeconds(20);
    private static final int KEEP_ALIVE_SECONDS = 5;
    private static final int MAX_WAITING = 64;

    private final ErrorSink errors;
    private final CompletableFuture<Void> begun = new CompletableFuture<>();
    private final ThreadPoolExecutor thread = new ThreadPoolExecutor(
            1,
            1,
            KEEP_ALIVE_SECONDS,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(MAX_WAITING),
            new NamedThreads("rmq-role"));

    /** A step of a change. */
    @FunctionalInterface
    interface Step {
        void run() throws Exception;
    }

    /** A change that somebody waits for, or has waited for. */
    private final class Change<T> extends FutureTask<T> {

        Change(Callable<T> change) {
            super(change);
        }

        T get(Duration bound) throws InterruptedException, ExecutionException, TimeoutException {
            try {
                return get(bound.toNanos(), TimeUnit.NANOSECONDS);
            } catch (TimeoutException e) {
                if (cancel(false)) {
                    throw e;
                }
                // It has ended just now.
                return get();
            }
        }

        @Override
        protected void setException(Throwable failure) {
            super.setException(failure);
            if (isCancelled()) {
                errors.report("a change of the broker's role that took too long", failure);
            }
        }
    }

    RoleThread(ErrorSink errors) {
        this.errors = errors;
        thread.allowCoreThreadTimeOut(true);
        thread.execute(begun::join);
    }

    /** There is a role from now on; what is to be done about it waited for that. */
    void begin() {
        begun.complete(null);
    }

    /** Carries the change out and returns what came of it. @throws RoleChangeException if it was not done */
    <T> T run(Callable<T> change) throws RoleChangeException {
        return run(change, NO_BOUND);
    }

    /**
     * As {@link #run(Callable)}, for somebody who does not wait for longer.
     *
     * @throws RoleChangeException also if it takes longer; what is under way goes on then, and reports where it fails; what has not
     *     begun is dropped
     */
    <T> T run(Callable<T> change, Duration bound) throws RoleChangeException {
        Change<T> task = new Change<>(change);
        try {
            thread.execute(task);
            return task.get(bound);
        } catch (RejectedExecutionException e) {
            throw new RoleChangeException("The broker is about to stop, or changes its role all the time", e);
        } catch (TimeoutException e) {
            throw new RoleChangeException(
                    "The change takes longer than " + bound.toMillis() + " ms; what has begun of it goes on", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RoleChangeException("Nobody waits for the change any more; it goes on", e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RoleChangeException refused) {
                throw refused;
            }
            Throwable cause = e.getCause() == null ? e : e.getCause();
            errors.report("a change of the broker's role", cause);
            throw new RoleChangeException("The change failed: " + cause.getMessage(), cause);
        }
    }

    /**
     * Carries the step out later, and reports where it fails.
     *
     * @return false if the broker is about to stop, so that it will not be carried out
     */
    boolean later(Step step) {
        try {
            thread.execute(() -> {
                try {
                    step.run();
                } catch (Exception e) {
                    errors.report("a change of the broker's role", e);
                }
            });
            return true;
        } catch (RejectedExecutionException e) {
            return false;
        }
    }

    /** Lets the change that is under way end; the others are dropped. */
    @Override
    public void close() {
        thread.getQueue().clear();
        begun.complete(null);
        thread.shutdown();
        try {
            if (!thread.awaitTermination(CLOSE_BOUND.toMillis(), TimeUnit.MILLISECONDS)) {
                LOG.error("A change of the role is still under way, and is left so");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
