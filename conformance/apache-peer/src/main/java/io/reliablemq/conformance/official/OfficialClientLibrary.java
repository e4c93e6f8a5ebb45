package io.reliablemq.conformance.official;

import io.reliablemq.conformance.port.ClientLibrary;
import io.reliablemq.conformance.port.Listener;
import io.reliablemq.conformance.port.Receiver;
import io.reliablemq.conformance.port.Sender;
import io.reliablemq.conformance.port.Subscription;

/** The unmodified official client, with its own defaults. */
public final class OfficialClientLibrary implements ClientLibrary {

    @Override
    public Sender sender(String nameServers, String group) {
        return OfficialSender.open(nameServers, group);
    }

    @Override
    public Receiver receiver(String nameServers, Subscription subscription, Listener listener) {
        return OfficialReceiver.open(nameServers, subscription, listener);
    }

    @Override
    public boolean offersBatches() {
        return true;
    }
}
