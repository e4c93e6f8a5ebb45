package io.reliablemq.spring.listener;

import io.reliablemq.client.api.ConsumerEvents;
import io.reliablemq.client.api.ReceivedMessage;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Tells several of what somebody should look at. Each is told, also where one before it fails; the first failure is thrown then,
 * so that a message that was given up is told again. Immutable.
 */
public final class AllConsumerEvents implements ConsumerEvents {

    private final List<ConsumerEvents> all;

    public AllConsumerEvents(List<ConsumerEvents> all) {
        this.all = List.copyOf(all);
    }

    @Override
    public void stuck(StuckMessage message) {
        tell(events -> events.stuck(message));
    }

    @Override
    public void timedOut(ReceivedMessage message) {
        tell(events -> events.timedOut(message));
    }

    @Override
    public void skipped(SkippedMessages messages) {
        tell(events -> events.skipped(messages));
    }

    @Override
    public void givenUp(ReceivedMessage message, int attempts, @Nullable Throwable error) {
        tell(events -> events.givenUp(message, attempts, error));
    }

    private void tell(Consumer<ConsumerEvents> event) {
        RuntimeException failure = null;
        for (ConsumerEvents events : all) {
            try {
                event.accept(events);
            } catch (RuntimeException e) {
                if (failure == null) {
                    failure = e;
                } else {
                    failure.addSuppressed(e);
                }
            }
        }
        if (failure != null) {
            throw failure;
        }
    }
}
