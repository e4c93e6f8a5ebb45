package io.reliablemq.broker.registration;

import io.reliablemq.protocol.command.Command;
import io.reliablemq.protocol.command.RequestCode;
import io.reliablemq.protocol.header.RegisterBrokerResponse;
import io.reliablemq.protocol.transport.Connection;
import io.reliablemq.protocol.transport.RemotingClient;
import io.reliablemq.protocol.transport.TransportException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** A name server that is reached over the network. Thread-safe. */
final class RemoteNameServer implements NameServerLink {

    private static final Duration ANSWER_TIMEOUT = Duration.ofMillis(2_500);

    private final RemotingClient client;
    private final String address;

    /** Over which it heard of this broker last; its end is listened for once. */
    private final AtomicReference<@Nullable Connection> watched = new AtomicReference<>();

    /** Who registered last, and wants to know of that end; null once the broker is taken out. */
    private volatile @Nullable Runnable onLost;

    RemoteNameServer(RemotingClient client, String address) {
        this.client = client;
        this.address = address;
    }

    @Override
    public String address() {
        return address;
    }

    @Override
    public CompletableFuture<Told> register(Registration registration, Runnable onLost) {
        this.onLost = onLost;
        return client.invoke(address, registration.request(), ANSWER_TIMEOUT)
                .handle((answer, error) -> error == null ? told(answer) : failed(error));
    }

    private Told told(Command answer) {
        if (!answer.isSuccess()) {
            return new Told("code " + answer.code() + ": " + answer.remarkText(), null);
        }
        watch();
        return new Told("", RegisterBrokerResponse.read(answer.fields()).masterAddress());
    }

    private Told failed(Throwable error) {
        if (error instanceof TransportException transport && transport.kind() == TransportException.Kind.TIMED_OUT) {
            // Whether the name server hangs or the way to it is cut, a new connection is what finds it again first.
            client.connection(address).thenAccept(Connection::close);
        }
        return new Told(String.valueOf(error.getMessage()), null);
    }

    /**
     * A name server takes a broker out of the routes when the connection breaks, so the next registration must not wait
     * for its turn.
     */
    private void watch() {
        client.connection(address).thenAccept(connection -> {
            if (watched.getAndSet(connection) != connection) {
                connection.onClose(this::lost);
            }
        });
    }

    private void lost() {
        Runnable told = onLost;
        if (told != null) {
            told.run();
        }
    }

    @Override
    public CompletableFuture<?> unregister(RegistrationHeader header) {
        onLost = null;
        return client.invoke(
                address,
                Command.request(RequestCode.UNREGISTER_BROKER, header.farewell().fields()),
                Registrar.FAREWELL_TIMEOUT);
    }
}
