package io.reliablemq.sample.order;

import static org.mockito.ArgumentMatchers.any;
import static org.mockito.BDDMockito.given;
import static org.mockito.BDDMockito.then;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.times;

import io.reliablemq.protocol.message.Message;
import io.reliablemq.sample.SampleProperties;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.springframework.scheduling.TaskScheduler;

class UnacknowledgedOrdersTest {

    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
    private static final Order FIRST = new Order("o-1", "Tea kettle", 3_950, OrderState.PLACED, START, null);
    private static final Order SECOND = new Order("o-2", "Chess set", 1_200, OrderState.PLACED, START, null);

    private final Orders orders = mock();
    private final OrderPlacement placement = mock();
    private final Clock clock = mock();
    private Instant now = START;

    private UnacknowledgedOrders unacknowledged() {
        given(clock.instant()).willAnswer(invocation -> now);
        given(clock.getZone()).willReturn(ZoneOffset.UTC);
        SampleProperties properties = new SampleProperties(
                Path.of("unused"),
                Duration.ofSeconds(30),
                Duration.ofSeconds(60),
                Duration.ofSeconds(5),
                new SampleProperties.Payment(0, 3),
                new SampleProperties.Demo(false, 1, 1, 1));
        return new UnacknowledgedOrders(orders, placement, mock(TaskScheduler.class), properties, clock);
    }

    @Test
    void atStartSendsWhatAFormerProcessLeft() {
        UnacknowledgedOrders unacknowledged = unacknowledged();
        given(orders.unacknowledgedBefore(START)).willReturn(List.of(FIRST, SECOND));
        now = START.plusMillis(300);

        unacknowledged.sendAgain();

        then(placement).should().send(FIRST);
        then(placement).should().send(SECOND);
    }

    @Test
    void laterLeavesAloneWhatMayStillBeUnderWay() {
        UnacknowledgedOrders unacknowledged = unacknowledged();
        now = START.plusSeconds(90);

        unacknowledged.sendAgain();

        then(orders).should().unacknowledgedBefore(START.plusSeconds(60));
    }

    @Test
    void waitsForTheNextRoundOnceTheBrokerRefuses() {
        UnacknowledgedOrders unacknowledged = unacknowledged();
        given(orders.unacknowledgedBefore(any())).willReturn(List.of(FIRST, SECOND));
        given(placement.send(FIRST)).willThrow(Sends.failure(Message.of("order-created", new byte[] {1})));

        unacknowledged.sendAgain();

        then(placement).should(times(1)).send(FIRST);
        then(placement).should(never()).send(SECOND);
    }
}
