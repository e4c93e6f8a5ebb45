package io.reliablemq.broker.registration;

import io.reliablemq.broker.nameserver.NameServer;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;

/**
 * The name server of this process is called, and not sent anything: nothing can get lost on the way, and an application does
 * not wait at its start until all that reads and writes JSON is loaded.
 */
record LocalNameServer(NameServer nameServer, String address) implements NameServerLink {

    @Override
    public CompletableFuture<Told> register(Registration registration, Runnable onLost) {
        NameServer.Registered registered = nameServer.register(
                registration.header().request(0),
                true,
                registration.topics().topics().values());
        return CompletableFuture.completedFuture(new Told(
                Objects.requireNonNullElse(registered.refusal(), ""),
                registered.answer().masterAddress()));
    }

    @Override
    public CompletableFuture<?> unregister(RegistrationHeader header) {
        nameServer.unregister(header.farewell());
        return CompletableFuture.completedFuture(null);
    }
}
