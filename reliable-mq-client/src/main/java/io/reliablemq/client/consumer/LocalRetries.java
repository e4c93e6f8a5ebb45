package io.reliablemq.client.consumer;

import io.reliablemq.client.agent.Causes;
import io.reliablemq.client.api.PushConsumerSettings;
import java.time.Duration;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps failed messages here for another attempt, since no broker takes back what every member receives. After the last
 * attempt the application is told, and only when it has heard is the message finished. Thread-safe.
 */
final class LocalRetries implements Failures {

    private static final Logger log = LoggerFactory.getLogger(LocalRetries.class);

    private static final Duration AFTER_FAILED_NOTICE = Duration.ofSeconds(1);

    private final PushConsumerSettings settings;
    private final ConsumerContext context;
    private final Consumer<Delivery> again;
    private final Consumer<ProcessQueue> finished;

    /** @param again hands a message to the listener once more */
    LocalRetries(
            PushConsumerSettings settings,
            ConsumerContext context,
            Consumer<Delivery> again,
            Consumer<ProcessQueue> finished) {
        this.settings = settings;
        this.context = context;
        this.again = again;
        this.finished = finished;
    }

    @Override
    public void take(Delivery delivery, Verdict verdict, Runnable settled) {
        try {
            if (verdict.isDeadLetter() || delivery.failedBefore() >= settings.maxReconsumeTimes()) {
                giveUp(delivery, verdict);
            } else {
                Delivery next = delivery.afterFailure();
                context.loop()
                        .scheduleForMessage(
                                settings.retries().localDelay(delivery.failedBefore()), () -> again.accept(next));
            }
        } finally {
            settled.run();
        }
    }

    private void giveUp(Delivery delivery, Verdict verdict) {
        if (delivery.isObsolete()) {
            return;
        }
        try {
            settings.events().givenUp(MessageReader.readOrRaw(delivery), delivery.failedBefore() + 1, verdict.cause());
        } catch (RuntimeException | Error e) {
            log.error(
                    "Nobody has taken message {} of group '{}', which had all its attempts; told again in {} ms",
                    delivery.describe(),
                    settings.group(),
                    AFTER_FAILED_NOTICE.toMillis(),
                    Causes.loggable(e));
            Delivery kept = delivery.with(delivery.returns());
            context.loop().schedule(AFTER_FAILED_NOTICE, () -> giveUp(kept, verdict));
            return;
        }
        delivery.finish();
        finished.accept(delivery.queue());
    }
}
