package io.reliablemq.client;

import io.reliablemq.client.api.ClientSettings;
import io.reliablemq.client.api.MessageHandler;
import io.reliablemq.client.api.Producer;
import io.reliablemq.client.api.ProducerSettings;
import io.reliablemq.client.api.PushConsumer;
import io.reliablemq.client.api.PushConsumerSettings;

/**
 * The client of one application: shares connections, routes and heartbeats among its producers and consumers.
 *
 * <p>Thread-safe. Making a client, a producer or a consumer does no I/O.
 */
public final class MqClient implements AutoCloseable {

    private final ClientSettings settings;

    private MqClient(ClientSettings settings) {
        this.settings = settings;
    }

    public static MqClient create(ClientSettings settings) {
        return new MqClient(settings);
    }

    public Producer producer(ProducerSettings producerSettings) {
        throw new UnsupportedOperationException("The producer is not built yet: " + settings);
    }

    /** A consumer that is not yet started. */
    public PushConsumer pushConsumer(PushConsumerSettings consumerSettings, MessageHandler handler) {
        throw new UnsupportedOperationException("The consumer is not built yet: " + settings);
    }

    /** Closes consumers, then producers, then the connections. Closing twice does nothing. */
    @Override
    public void close() {}
}
