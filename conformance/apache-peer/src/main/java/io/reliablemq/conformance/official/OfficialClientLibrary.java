package io.reliablemq.conformance.official;

import io.reliablemq.conformance.port.ClientLibrary;
import io.reliablemq.conformance.port.Listener;
import io.reliablemq.conformance.port.LocalTransactions;
import io.reliablemq.conformance.port.Receiver;
import io.reliablemq.conformance.port.Sender;
import io.reliablemq.conformance.port.Subscription;
import io.reliablemq.conformance.port.TransactionSender;
import java.time.Duration;

/** The unmodified official client, with its own defaults but for the time of a send. */
public final class OfficialClientLibrary implements ClientLibrary {

    /** The official default of {@code sendMsgMaxTimeoutPerRequest}. */
    private static final int UNBOUNDED = -1;

    /** As ours. The official default is 3 s, which is little while other tests have the processors too. */
    static final int SEND_MS = 10_000;

    /** The official default, for tests of what becomes of a send in that time. */
    private static final int DEFAULT_SEND_MS = 3_000;

    private final boolean tls;

    public OfficialClientLibrary() {
        this.tls = false;
    }

    /** @param protocol {@code TLS}: connections are encrypted, and by its default any certificate will do */
    public OfficialClientLibrary(String protocol) {
        this.tls = protocol.equals("TLS");
    }

    @Override
    public Sender sender(String nameServers, String group) {
        return OfficialSender.open(nameServers, group, SEND_MS, UNBOUNDED, tls);
    }

    @Override
    public Sender senderWithBoundedAttempts(String nameServers, String group, Duration mostPerAttempt) {
        return OfficialSender.open(
                nameServers, group, DEFAULT_SEND_MS, Math.toIntExact(mostPerAttempt.toMillis()), tls);
    }

    @Override
    public TransactionSender transactionSender(String nameServers, String group, LocalTransactions transactions) {
        return OfficialTransactionSender.open(nameServers, group, transactions);
    }

    @Override
    public Receiver receiver(String nameServers, Subscription subscription, Listener listener) {
        return OfficialReceiver.open(nameServers, subscription, listener, tls);
    }

    @Override
    public boolean offersBatches() {
        return true;
    }
}
