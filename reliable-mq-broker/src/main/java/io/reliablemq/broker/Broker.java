package io.reliablemq.broker;

import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * A running broker, with or without a name server in the same process.
 *
 * <p>Thread-safe. {@link #close()} returns once everything is flushed; closing twice does nothing.
 */
public final class Broker implements AutoCloseable {

    private Broker() {}

    /**
     * Starts a broker and returns once it serves requests.
     *
     * @throws BrokerStartException with one sentence that names the setting to change
     */
    public static Broker start(BrokerSettings settings) {
        throw new BrokerStartException("The broker cannot be started yet.");
    }

    /** Where the broker listens, which is what clients are told. */
    public InetSocketAddress address() {
        throw new IllegalStateException("not started");
    }

    /** Where the name server of this process listens; null if it has none. */
    public @Nullable InetSocketAddress nameServerAddress() {
        return null;
    }

    @Override
    public void close() {}
}
