package io.reliablemq.broker.registration;

import io.reliablemq.broker.nameserver.NameServer;
import io.reliablemq.protocol.transport.RemotingClient;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** The way from a broker to one name server. Methods return at once; they are called by {@code rmq-registration}. */
public interface NameServerLink {

    /** Where it listens, {@code host:port}. */
    String address();

    /**
     * Registers the broker, or says that it is still there.
     *
     * @param onLost called if the name server may have taken the broker out since, on any thread; takes the place of the one
     *     before, until {@link #unregister}
     * @return completes, never exceptionally, with how that ended; whoever calls tries again later, also where this throws
     */
    CompletableFuture<Told> register(Registration registration, Runnable onLost);

    /** Takes the broker out of the routes, and forgets who registered it. @return completes once the name server has said that it did */
    CompletableFuture<?> unregister(RegistrationHeader header);

    /**
     * How a registration ended.
     *
     * @param trouble why the name server does not know the broker; empty if it does
     * @param master where the master of a slave is, {@code host:port}; null if that was not told
     */
    record Told(String trouble, @Nullable String master) {}

    /** A name server somewhere. */
    static NameServerLink remote(RemotingClient client, String address) {
        return new RemoteNameServer(client, address);
    }

    /** The name server of this process, listening at this address. */
    static NameServerLink local(NameServer nameServer, String address) {
        return new LocalNameServer(nameServer, address);
    }
}
