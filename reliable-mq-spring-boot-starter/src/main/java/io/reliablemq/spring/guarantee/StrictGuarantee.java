package io.reliablemq.spring.guarantee;

import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.springframework.context.SmartLifecycle;

/**
 * Ends the start of an application whose configuration can lose acknowledged messages. Runs once, after an embedded broker has
 * started and before anything listens; waits for the brokers' answers.
 */
public final class StrictGuarantee implements SmartLifecycle {

    /** Behind an embedded broker, before everything else. */
    public static final int PHASE = Integer.MIN_VALUE / 2 + 1;

    private final GuaranteeInspector inspector;
    private final Duration timeout;
    private volatile boolean running;

    /** @param timeout for the answers of all brokers */
    public StrictGuarantee(GuaranteeInspector inspector, Duration timeout) {
        this.inspector = inspector;
        this.timeout = timeout;
    }

    @Override
    public void start() {
        GuaranteeReport report = await();
        if (!report.violations().isEmpty()) {
            throw new GuaranteeNotMetException(report);
        }
        running = true;
    }

    private GuaranteeReport await() {
        try {
            return inspector.inspect().get(timeout.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while brokers were asked what they guarantee", e);
        } catch (ExecutionException e) {
            throw new IllegalStateException("What is guaranteed could not be found out", e.getCause());
        } catch (TimeoutException e) {
            throw new IllegalStateException(
                    "The brokers did not say within " + timeout
                            + " what they guarantee; see reliable-mq.guarantee-report.timeout",
                    e);
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
