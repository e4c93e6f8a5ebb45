package io.reliablemq.protocol.transport;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Collection;
import java.util.List;

/** Accepts connections and hands their requests to a {@link RequestHandler}. Thread-safe. */
public final class RemotingServer implements AutoCloseable {

    public RemotingServer(EventLoops loops, TransportSettings settings, RequestHandler handler) {}

    /**
     * Binds and starts to accept.
     *
     * @return the bound address, with the real port where 0 was asked for
     * @throws IOException if the address cannot be bound; the message names address and port
     */
    public InetSocketAddress start(InetSocketAddress bind) throws IOException {
        throw new IOException(bind.toString());
    }

    /** The connections that are open now. */
    public Collection<Connection> connections() {
        return List.of();
    }

    /** Stops accepting, lets answers in flight be written, and closes the connections. */
    @Override
    public void close() {}
}
