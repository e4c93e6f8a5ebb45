package io.reliablemq.conformance.client;

import io.reliablemq.client.MqClient;
import io.reliablemq.client.api.ClientSettings;
import io.reliablemq.conformance.port.ClientLibrary;
import io.reliablemq.conformance.port.Listener;
import io.reliablemq.conformance.port.LocalTransactions;
import io.reliablemq.conformance.port.Receiver;
import io.reliablemq.conformance.port.Sender;
import io.reliablemq.conformance.port.Subscription;
import io.reliablemq.conformance.port.TransactionSender;
import io.reliablemq.protocol.tls.ClientTls;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Our client, with its own defaults. Every sender and receiver is a client of its own. */
public final class OurClientLibrary implements ClientLibrary {

    private static final AtomicInteger INSTANCES = new AtomicInteger();

    private final @Nullable ClientTls tls;

    public OurClientLibrary() {
        this(null);
    }

    /** @param tls how connections are encrypted; null for plain ones */
    public OurClientLibrary(@Nullable ClientTls tls) {
        this.tls = tls;
    }

    @Override
    public Sender sender(String nameServers, String group) {
        return new OurSender(client(nameServers, group, tls), group);
    }

    /** Ours leaves room for another attempt by itself. */
    @Override
    public Sender senderWithBoundedAttempts(String nameServers, String group, Duration mostPerAttempt) {
        return sender(nameServers, group);
    }

    @Override
    public TransactionSender transactionSender(String nameServers, String group, LocalTransactions transactions) {
        return new OurTransactionSender(client(nameServers, group, tls), group, transactions);
    }

    @Override
    public Receiver receiver(String nameServers, Subscription subscription, Listener listener) {
        return OurReceiver.open(client(nameServers, subscription.group(), tls), subscription, listener);
    }

    /** A receiver that handles one message at a time, so that those of a queue come in its order. */
    public Receiver receiverInOrder(String nameServers, Subscription subscription, Listener listener) {
        return OurReceiver.openInOrder(client(nameServers, subscription.group(), tls), subscription, listener);
    }

    @Override
    public boolean offersBatches() {
        return true;
    }

    /** A client for what only ours offers. The caller closes it. */
    public static MqClient client(String nameServers, String group) {
        return client(nameServers, group, null);
    }

    private static MqClient client(String nameServers, String group, @Nullable ClientTls tls) {
        return MqClient.create(ClientSettings.of(nameServers.split(";"))
                .withTls(tls)
                .withInstanceName(group + "-" + ProcessHandle.current().pid() + "-" + INSTANCES.incrementAndGet()));
    }
}
