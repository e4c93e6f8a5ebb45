package io.reliablemq.sample.order;

import io.reliablemq.client.api.SendFailedException;
import io.reliablemq.sample.SampleProperties;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.context.event.EventListener;
import org.springframework.scheduling.TaskScheduler;
import org.springframework.stereotype.Component;

/**
 * Compensates for sends that failed or were cut off by a crash: sends those orders again, at start and from then on at
 * intervals.
 */
@Component
class UnacknowledgedOrders {

    private static final Logger log = LoggerFactory.getLogger(UnacknowledgedOrders.class);

    private final Orders orders;
    private final OrderPlacement placement;
    private final TaskScheduler scheduler;
    private final SampleProperties properties;
    private final Clock clock;
    private final Instant startedAt;

    UnacknowledgedOrders(
            Orders orders,
            OrderPlacement placement,
            TaskScheduler scheduler,
            SampleProperties properties,
            Clock clock) {
        this.orders = orders;
        this.placement = placement;
        this.scheduler = scheduler;
        this.properties = properties;
        this.clock = clock;
        this.startedAt = clock.instant();
    }

    @EventListener(ApplicationReadyEvent.class)
    void start() {
        scheduler.scheduleWithFixedDelay(this::sendAgain, properties.resendAfter());
    }

    /** Sends what no thread of this process can still be sending: older than the process, or than any send can last. */
    void sendAgain() {
        Instant tooOld = clock.instant().minus(properties.resendAfter());
        List<Order> left = orders.unacknowledgedBefore(startedAt.isAfter(tooOld) ? startedAt : tooOld);
        for (int i = 0; i < left.size(); i++) {
            try {
                placement.send(left.get(i));
            } catch (SendFailedException e) {
                log.warn(
                        "{} orders wait for the broker; next try in {}. {}",
                        left.size() - i,
                        properties.resendAfter(),
                        e.getMessage());
                return;
            }
        }
        if (!left.isEmpty()) {
            log.info("Sent {} orders again whose send had not been acknowledged", left.size());
        }
    }
}
