package io.reliablemq.spring.core;

import io.reliablemq.client.api.Producer;
import io.reliablemq.client.api.SendReceipt;
import io.reliablemq.spring.support.MessageMapper;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** Sends through one {@link Producer}, which it does not close. */
public class ReliableMqTemplate implements ReliableMqOperations {

    private final Producer producer;
    private final MessageMapper mapper;

    public ReliableMqTemplate(Producer producer, MessageMapper mapper) {
        this.producer = producer;
        this.mapper = mapper;
    }

    @Override
    public SendReceipt send(String destination, Object payload, Map<String, Object> headers) {
        return producer.send(mapper.toWire(destination, payload, headers));
    }

    @Override
    public CompletableFuture<SendReceipt> sendAsync(String destination, Object payload, Map<String, Object> headers) {
        return producer.sendAsync(mapper.toWire(destination, payload, headers));
    }

    @Override
    public void sendOneWay(String destination, Object payload, Map<String, Object> headers) {
        producer.sendOneWay(mapper.toWire(destination, payload, headers));
    }
}
