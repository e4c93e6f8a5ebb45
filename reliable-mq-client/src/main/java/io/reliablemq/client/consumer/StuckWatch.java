package io.reliablemq.client.consumer;

import io.reliablemq.client.agent.Causes;
import io.reliablemq.client.agent.PeriodicTask;
import io.reliablemq.client.api.ConsumerEvents.StuckMessage;
import io.reliablemq.client.api.PushConsumerSettings;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Looks for messages that hold the committed offset back for too long. Owned by the thread {@code rmq-client}. */
final class StuckWatch {

    private static final Logger log = LoggerFactory.getLogger(StuckWatch.class);

    private static final Duration LONGEST_LOOK = Duration.ofSeconds(10);

    private final PushConsumerSettings settings;
    private final ConsumerContext context;
    private final PeriodicTask looks;

    StuckWatch(PushConsumerSettings settings, Supplier<List<ProcessQueue>> windows, ConsumerContext context) {
        this.settings = settings;
        this.context = context;
        this.looks = PeriodicTask.watching(
                context.loop(),
                settings.stuckAfter(),
                LONGEST_LOOK,
                () -> windows.get().forEach(this::look));
    }

    void start() {
        looks.start();
    }

    void stop() {
        looks.stop();
    }

    private void look(ProcessQueue window) {
        ProcessQueue.Oldest oldest = window.oldest(settings.stuckAfter().toNanos());
        if (oldest == null || !oldest.isNews()) {
            return;
        }
        StuckMessage message = new StuckMessage(
                window.queue(),
                oldest.message().queueOffset(),
                oldest.message().messageId(),
                Duration.ofNanos(context.clock().nanos() - oldest.sinceNanos()),
                window.isInHand());
        log.warn(
                "Message {} at offset {} of {} is not finished after {} ms; group '{}' stores no offset behind it",
                message.messageId(),
                message.queueOffset(),
                message.queue(),
                message.age().toMillis(),
                settings.group());
        try {
            settings.events().stuck(message);
        } catch (RuntimeException | Error e) {
            log.error("ConsumerEvents of group '{}' failed", settings.group(), Causes.loggable(e));
        }
    }
}
