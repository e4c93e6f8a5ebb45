package io.reliablemq.sample.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.BDDMockito.given;
import static org.mockito.BDDMockito.then;
import static org.mockito.BDDMockito.willAnswer;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.timeout;

import io.reliablemq.sample.SampleProperties;
import io.reliablemq.sample.order.OrderChanges;
import io.reliablemq.sample.tally.Tallies;
import io.reliablemq.sample.tally.Tally;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

@ExtendWith(OutputCaptureExtension.class)
class DemoTest {

    private static final DemoRun RUN = new DemoRun(1, 3);
    private static final Tally MOVING = new Tally(3, 3, 1, 0, 0, 0);
    private static final Tally DONE = new Tally(3, 3, 2, 4, 1, 0);

    private final DemoRuns runs = mock();
    private final DemoCustomers customers = mock();
    private final OrderChanges changes = mock();
    private final Tallies tallies = mock();
    private final List<String> placed = new CopyOnWriteArrayList<>();
    private final Demo demo = new Demo(
            runs,
            customers,
            changes,
            tallies,
            new SampleProperties(
                    Path.of("unused"),
                    Duration.ofSeconds(30),
                    Duration.ofSeconds(60),
                    Duration.ofSeconds(5),
                    new SampleProperties.Payment(0, 3),
                    new SampleProperties.Demo(true, 3, 1, 1)));

    @AfterEach
    void stop() {
        demo.stop();
    }

    @Test
    void placesWhatIsMissingAndReportsOnceAllHaveReachedTheirEnd(CapturedOutput output) throws InterruptedException {
        start(Set.of("demo-1-0002"));
        given(changes.awaitAfter(0, Duration.ofSeconds(60))).willReturn(true);
        given(tallies.ofIdsBeginning("demo-1-")).willReturn(MOVING, DONE);

        demo.start();

        then(runs).should(timeout(10_000)).end(RUN, DONE);
        assertThat(placed).containsExactly("demo-1-0001", "demo-1-0003");
        await().untilAsserted(() -> assertThat(output.getOut()
                        .lines()
                        .filter(line -> line.endsWith("sent 3, consumed 2, retried 4, dead 1, lost 0")))
                .singleElement()
                .asString()
                .contains("INFO"));
    }

    @Test
    void warnsOfLostOrdersAndKeepsTheRunOpen(CapturedOutput output) throws InterruptedException {
        start(Set.of());
        given(changes.awaitAfter(0, Duration.ofSeconds(60))).willReturn(false);
        given(tallies.ofIdsBeginning("demo-1-")).willReturn(MOVING, new Tally(3, 3, 1, 0, 0, 2));

        demo.start();

        await().untilAsserted(() -> assertThat(output.getOut()
                        .lines()
                        .filter(line -> line.contains("sent 3, consumed 1, retried 0, dead 0, lost 2")))
                .singleElement()
                .asString()
                .contains("WARN"));
        then(runs).should(never()).end(any(), any());
    }

    private void start(Set<String> placedBefore) throws InterruptedException {
        given(runs.unfinishedOrNew(3)).willReturn(RUN);
        given(runs.placedIds(RUN)).willReturn(placedBefore);
        willAnswer(call -> placed.addAll(call.<Queue<String>>getArgument(0)))
                .given(customers)
                .placeAll(any());
    }
}
