package io.reliablemq.sample.demo;

import io.reliablemq.sample.SampleProperties;
import io.reliablemq.sample.order.OrderChanges;
import io.reliablemq.sample.tally.Tallies;
import io.reliablemq.sample.tally.Tally;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;

/**
 * Runs the demonstration from start to summary in the background.
 *
 * <p>Starts after the listeners and the web server and stops before them, since both are in earlier phases.
 */
@Component
@ConditionalOnBooleanProperty(name = "sample.demo.enabled", matchIfMissing = true)
class Demo implements SmartLifecycle {

    private static final Logger log = LoggerFactory.getLogger(Demo.class);

    private final DemoRuns runs;
    private final DemoCustomers customers;
    private final OrderChanges changes;
    private final Tallies tallies;
    private final SampleProperties properties;
    private @Nullable Thread thread; // owned by the thread that starts and stops the application

    Demo(DemoRuns runs, DemoCustomers customers, OrderChanges changes, Tallies tallies, SampleProperties properties) {
        this.runs = runs;
        this.customers = customers;
        this.changes = changes;
        this.tallies = tallies;
        this.properties = properties;
    }

    @Override
    public void start() {
        Thread summary = new Thread(this::runToItsEnd, "demo-summary");
        thread = summary;
        summary.start();
    }

    @Override
    public void stop() {
        Thread summary = thread;
        thread = null;
        if (summary != null) {
            summary.interrupt();
        }
    }

    @Override
    public boolean isRunning() {
        return thread != null;
    }

    private void runToItsEnd() {
        try {
            DemoRun run = runs.unfinishedOrNew(properties.demo().orders());
            customers.placeAll(missing(run));
            report(run, awaitEnd(run));
        } catch (InterruptedException e) {
            log.info("The demonstration was interrupted; the next start continues it");
        }
    }

    private Deque<String> missing(DemoRun run) {
        Set<String> placed = runs.placedIds(run);
        Deque<String> missing = new ArrayDeque<>();
        for (int index = 1; index <= run.orders(); index++) {
            String id = run.orderId(index);
            if (!placed.contains(id)) {
                missing.add(id);
            }
        }
        log.info(
                "Demonstration run {}: {} orders, {} of them placed by a former process",
                run.number(),
                run.orders(),
                placed.size());
        return missing;
    }

    /** Waits until every order has reached its end, or until nothing has happened for so long that none will. */
    private Tally awaitEnd(DemoRun run) throws InterruptedException {
        while (true) {
            long seen = changes.version();
            Tally tally = tallies.ofIdsBeginning(run.idPrefix());
            if (tally.isSettled(run.orders())) {
                return tally;
            }
            if (!changes.awaitAfter(seen, properties.lostAfter())) {
                return tallies.ofIdsBeginning(run.idPrefix());
            }
        }
    }

    private void report(DemoRun run, Tally tally) {
        if (tally.isSettled(run.orders()) && tally.lost() == 0) {
            runs.end(run, tally);
            log.info("{}", tally);
        } else {
            log.warn(
                    "{} (of {} orders; nothing was heard for {}; the next start continues this run)",
                    tally,
                    run.orders(),
                    properties.lostAfter());
        }
    }
}
