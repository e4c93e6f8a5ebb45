package io.reliablemq.broker;

import io.reliablemq.protocol.tls.Tls;
import java.net.InetAddress;

/**
 * How a process that is a name server and no broker is to run. Made and checked by
 * {@link BrokerProperties#toNameServerSettings()}.
 *
 * @param bindAddress where it listens
 * @param port 0 for any free one
 * @param management where health and figures can be read
 * @param maxConnections most connections that it keeps open
 * @param tls how connections are encrypted
 */
public record NameServerSettings(
        InetAddress bindAddress, int port, BrokerSettings.Management management, int maxConnections, Tls tls) {}
