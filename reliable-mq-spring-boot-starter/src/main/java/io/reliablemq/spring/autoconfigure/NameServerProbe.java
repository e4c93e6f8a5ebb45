package io.reliablemq.spring.autoconfigure;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.springframework.context.SmartLifecycle;

/**
 * Says at the start whether a name server answers: as a warning, or by refusing to start. Without it, a wrong address would show
 * with the first send only, and never to an application that only listens.
 */
final class NameServerProbe implements SmartLifecycle {

    private static final Log log = LogFactory.getLog(NameServerProbe.class);

    /** Before the listeners, which would wait for routes. */
    private static final int PHASE = Integer.MIN_VALUE / 4;

    private final Supplier<CompletableFuture<Void>> reach;
    private final List<String> nameServers;
    private final Duration bound;
    private final boolean failFast;
    private volatile boolean running;

    /** @param requestTimeout of a request to one of them */
    NameServerProbe(
            Supplier<CompletableFuture<Void>> reach,
            List<String> nameServers,
            Duration requestTimeout,
            boolean failFast) {
        this.reach = reach;
        this.nameServers = List.copyOf(nameServers);
        this.bound = requestTimeout.multipliedBy(nameServers.size()).plus(requestTimeout);
        this.failFast = failFast;
    }

    @Override
    public void start() {
        running = true;
        CompletableFuture<Void> answer = reach.get();
        if (failFast) {
            await(answer);
        } else {
            answer.whenComplete((reached, failure) -> {
                if (failure != null) {
                    warn(
                            failure instanceof CompletionException && failure.getCause() != null
                                    ? failure.getCause()
                                    : failure);
                }
            });
        }
    }

    private void warn(Throwable failure) {
        log.warn("The application starts although no name server answers: " + failure.getMessage()
                + ". Sending fails and listeners wait until one does; set reliable-mq.client.fail-fast to true to "
                + "refuse to start instead");
    }

    private void await(CompletableFuture<Void> answer) {
        try {
            answer.get(bound.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new NameServerUnreachableException(nameServers, "the start was interrupted", e);
        } catch (TimeoutException e) {
            throw new NameServerUnreachableException(
                    nameServers, "none answered within " + bound.toMillis() + " ms", e);
        } catch (ExecutionException e) {
            Throwable cause = e.getCause();
            throw new NameServerUnreachableException(
                    nameServers, String.valueOf(cause == null ? e.getMessage() : cause.getMessage()), e);
        }
    }

    @Override
    public void stop() {
        running = false;
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    @Override
    public int getPhase() {
        return PHASE;
    }
}
