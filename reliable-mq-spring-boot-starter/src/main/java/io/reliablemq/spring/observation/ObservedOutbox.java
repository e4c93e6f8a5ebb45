package io.reliablemq.spring.observation;

import io.reliablemq.protocol.message.Message;
import io.reliablemq.spring.core.Outbox;
import java.util.function.Supplier;

/**
 * An outbox whose messages are taken down with the trace that is current then, so that it goes on when a relay sends them later.
 * Thread-safe.
 */
public final class ObservedOutbox implements Outbox {

    private final Outbox outbox;
    private final Supplier<SendObservations> observations;

    /** @param observations asked again for each message, so it should remember its answer */
    public ObservedOutbox(Outbox outbox, Supplier<SendObservations> observations) {
        this.outbox = outbox;
        this.observations = observations;
    }

    @Override
    public void add(Message message) {
        observations.get().create(message, outbox::add);
    }
}
