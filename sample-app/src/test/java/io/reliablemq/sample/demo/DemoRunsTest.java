package io.reliablemq.sample.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.reliablemq.sample.DatabaseTest;
import io.reliablemq.sample.order.Orders;
import io.reliablemq.sample.tally.Tally;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.context.annotation.Import;

@DatabaseTest
@Import({DemoRuns.class, Orders.class})
class DemoRunsTest {

    @Autowired
    private DemoRuns runs;

    @Autowired
    private Orders orders;

    @Test
    void continuesARunThatHasNotEnded() {
        DemoRun first = runs.unfinishedOrNew(200);

        assertThat(runs.unfinishedOrNew(50))
                .isEqualTo(first)
                .extracting(DemoRun::orders)
                .isEqualTo(200);
    }

    @Test
    void beginsANewRunAfterOneThatHasEnded() {
        DemoRun first = runs.unfinishedOrNew(200);
        runs.end(first, new Tally(200, 200, 197, 61, 3, 0));

        DemoRun second = runs.unfinishedOrNew(50);

        assertThat(second).isEqualTo(new DemoRun(first.number() + 1, 50));
        assertThat(runs.latest()).contains(second);
        assertThat(runs.summary(first)).contains("sent 200, consumed 197, retried 61, dead 3, lost 0");
        assertThat(runs.summary(second)).isEmpty();
    }

    @Test
    void knowsWhichOfItsOrdersAreInTheDatabase() {
        DemoRun run = new DemoRun(1, 200);
        orders.place(run.orderId(7), "Tea kettle", 3_950);
        orders.place(new DemoRun(11, 200).orderId(8), "Tea kettle", 3_950);
        orders.place("somebody-elses", "Tea kettle", 3_950);

        assertThat(runs.placedIds(run)).containsExactly("demo-1-0007");
    }
}
