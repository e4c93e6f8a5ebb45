package io.reliablemq.spring.guarantee;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.context.SmartLifecycle;

/**
 * Logs the report once the application is ready and its brokers have answered, and again when routes have changed and it
 * says something else then. Nobody waits for it, and it takes nothing from the start. Thread-safe.
 */
public final class GuaranteeReporter implements SmartLifecycle {

    private static final Log log = LogFactory.getLog(GuaranteeReporter.class);

    private final GuaranteeInspector inspector;
    private final AtomicReference<@Nullable GuaranteeReport> logged = new AtomicReference<>();

    /** Whether routes have changed since the brokers were asked. */
    private final AtomicBoolean changed = new AtomicBoolean();

    private final AtomicBoolean asking = new AtomicBoolean();
    private volatile boolean running;

    /** Whether all has been done that is done before the application works. */
    private volatile boolean ready;

    /** @param routeChanges is told who wants to hear of changed routes */
    public GuaranteeReporter(GuaranteeInspector inspector, Consumer<Runnable> routeChanges) {
        this.inspector = inspector;
        routeChanges.accept(this::routesChanged);
    }

    private void routesChanged() {
        if (running && ready) {
            changed.set(true);
            report();
        }
    }

    /** All has been done that is done before the application works: until then nobody is asked anything. */
    public void ready() {
        ready = true;
        routesChanged();
    }

    /** One question at a time; what changes meanwhile is asked for afterwards. */
    private void report() {
        if (!asking.compareAndSet(false, true)) {
            return;
        }
        changed.set(false);
        inspector.inspect().whenComplete((report, error) -> {
            try {
                if (error == null) {
                    log(report);
                } else {
                    log.warn("What is guaranteed could not be found out", error);
                }
            } finally {
                asking.set(false);
                if (running && changed.get()) {
                    report();
                }
            }
        });
    }

    private void log(GuaranteeReport report) {
        if (running && !report.saysTheSameAs(logged.getAndSet(report))) {
            log.info(ReportText.of(report));
        }
    }

    @Override
    public void start() {
        running = true;
        routesChanged();
    }

    @Override
    public void stop() {
        running = false;
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    /** The last to start: by then it is known who sends and who listens. */
    @Override
    public int getPhase() {
        return Integer.MAX_VALUE;
    }
}
