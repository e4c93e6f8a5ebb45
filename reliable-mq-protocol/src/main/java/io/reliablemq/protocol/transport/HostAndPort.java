package io.reliablemq.protocol.transport;

import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import org.jspecify.annotations.Nullable;

/** An address as it stands in routes and settings: {@code host:port}, with brackets around an IPv6 host if need be. */
record HostAndPort(String host, int port) {

    /** @throws IllegalArgumentException if the text is no such address */
    static HostAndPort parse(String text) {
        int colon = text.lastIndexOf(':');
        String host = colon < 0 ? "" : text.substring(0, colon);
        if (host.startsWith("[") && host.endsWith("]")) {
            host = host.substring(1, host.length() - 1);
        }
        if (host.isBlank()) {
            throw new IllegalArgumentException("'" + text + "' is no address of the form host:port");
        }
        return new HostAndPort(host, port(text, text.substring(colon + 1)));
    }

    private static int port(String text, String digits) {
        try {
            int port = Integer.parseInt(digits);
            if (port > 0 && port <= 0xFFFF) {
                return port;
            }
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("'" + text + "' has no number behind its last colon", e);
        }
        throw new IllegalArgumentException("'" + text + "' has a port outside of 1 to 65535");
    }

    /** The address if the host is an IP address, which takes no look-up; else null. */
    @Nullable
    InetSocketAddress withoutLookUp() throws UnknownHostException {
        byte[] bytes = NetUtil.createByteArrayFromIpAddressString(host);
        return bytes == null ? null : new InetSocketAddress(InetAddress.getByAddress(bytes), port);
    }

    /** The address after a look-up of the host name, which may block for seconds. */
    InetSocketAddress lookUp() throws UnknownHostException {
        return new InetSocketAddress(InetAddress.getByName(host), port);
    }
}
