package io.reliablemq.spring.observation;

import io.reliablemq.client.api.TransactionProducer;
import io.reliablemq.client.api.TransactionReceipt;
import io.reliablemq.protocol.message.Message;
import io.reliablemq.spring.observation.SendObservations.Send;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** As {@link ObservedProducer}. The observation lasts until the local transaction has ended, which runs within it. */
public final class ObservedTransactionProducer implements TransactionProducer {

    private final TransactionProducer producer;
    private final Supplier<SendObservations> observations;

    /** @param observations asked again for each send, so it should remember its answer */
    public ObservedTransactionProducer(TransactionProducer producer, Supplier<SendObservations> observations) {
        this.producer = producer;
        this.observations = observations;
    }

    @Override
    public TransactionReceipt send(Message message, @Nullable Object argument) {
        Send send = observations.get().start("send", List.of(message));
        TransactionReceipt receipt = send.call(() -> producer.send(send.message(), argument));
        send.succeeded(receipt.half());
        return receipt;
    }

    @Override
    public void close() {
        producer.close();
    }
}
