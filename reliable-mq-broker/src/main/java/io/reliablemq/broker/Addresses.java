package io.reliablemq.broker;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What clients are told of where the broker listens. */
final class Addresses {

    private static final Logger LOG = LoggerFactory.getLogger(Broker.class);

    /** The address that clients connect to: the bound one, or this machine's own where all were bound. */
    static InetSocketAddress advertised(InetSocketAddress bound) {
        InetAddress address = bound.getAddress();
        if (!address.isLoopbackAddress()) {
            LOG.warn(
                    "Listening on {}, beyond this machine: whoever reaches the port can read and write all messages",
                    text(bound));
        }
        if (!address.isAnyLocalAddress()) {
            return bound;
        }
        try {
            InetSocketAddress own = new InetSocketAddress(InetAddress.getLocalHost(), bound.getPort());
            LOG.warn(
                    "Clients are told {}; set {}.bind-address to an address they reach if that is another one",
                    text(own),
                    BrokerProperties.PREFIX);
            return own;
        } catch (UnknownHostException e) {
            throw new BrokerStartException(
                    "The setting " + BrokerProperties.PREFIX + ".bind-address is '" + address.getHostAddress()
                            + "': this machine does not know its own address, so give the one that clients reach.",
                    e);
        }
    }

    /** The address to connect to from this process. */
    static InetSocketAddress local(InetSocketAddress bound) {
        return bound.getAddress().isAnyLocalAddress()
                ? new InetSocketAddress(InetAddress.getLoopbackAddress(), bound.getPort())
                : bound;
    }

    static String text(InetSocketAddress address) {
        return address.getAddress().getHostAddress() + ":" + address.getPort();
    }

    private Addresses() {}
}
