package io.reliablemq.spring.core;

import io.reliablemq.client.api.SendFailedException;
import io.reliablemq.client.api.SendFailureHandler;
import io.reliablemq.protocol.message.Message;
import java.util.Comparator;
import java.util.List;

/**
 * Several handlers of failed sends as one: each is asked until one has accepted the message, first of all one that keeps earlier
 * messages which it must not overtake. What one throws is added to the failure, and the next is asked.
 */
public final class SendFailureHandlers implements SendFailureHandler {

    private final List<SendFailureHandler> handlers;

    public SendFailureHandlers(List<SendFailureHandler> handlers) {
        this.handlers = List.copyOf(handlers);
    }

    @Override
    public Compensation handle(SendFailedException failure) {
        Message message = failure.sentMessage();
        List<SendFailureHandler> inTurn = handlers.stream()
                .sorted(Comparator.comparing(handler -> !handler.holdsBack(message)))
                .toList();
        for (SendFailureHandler handler : inTurn) {
            try {
                if (handler.handle(failure) == Compensation.ACCEPTED_LOCALLY) {
                    return Compensation.ACCEPTED_LOCALLY;
                }
            } catch (Exception e) {
                failure.addSuppressed(e);
            }
        }
        return Compensation.FAILED;
    }

    @Override
    public boolean holdsBack(Message message) {
        return handlers.stream().anyMatch(handler -> handler.holdsBack(message));
    }
}
