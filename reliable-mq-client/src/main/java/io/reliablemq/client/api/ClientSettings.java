package io.reliablemq.client.api;

import io.reliablemq.protocol.tls.ClientTls;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How to reach the brokers.
 *
 * @param nameServers {@code host:port} of each name server
 * @param instanceName tells clients of one process apart; part of the client id
 * @param routeRefreshInterval how often routes are asked for again (default 30 s; a failed send or a change notice asks
 *     at once)
 * @param heartbeatInterval how often brokers hear of this client (default 30 s)
 * @param requestTimeout of administrative requests: routes, heartbeats, offsets (default 3 s)
 * @param headerFormat how the headers of requests are written (default {@link HeaderFormat#BINARY})
 * @param tls encrypts all connections, to name servers and brokers alike; null (the default) for plain ones
 */
public record ClientSettings(
        List<String> nameServers,
        String instanceName,
        Duration routeRefreshInterval,
        Duration heartbeatInterval,
        Duration requestTimeout,
        HeaderFormat headerFormat,
        @Nullable ClientTls tls) {

    public ClientSettings {
        nameServers = List.copyOf(nameServers);
        if (nameServers.isEmpty()) {
            throw new IllegalArgumentException("No name server is given; name at least one as host:port");
        }
        for (String address : nameServers) {
            if (!address.matches("[^\\s,;]+:\\d{1,5}")) {
                throw new IllegalArgumentException("The name server '" + address
                        + "' is not of the form host:port; where there are several, each is given by itself");
            }
        }
    }

    /** Plain connections, binary headers. */
    public ClientSettings(
            List<String> nameServers,
            String instanceName,
            Duration routeRefreshInterval,
            Duration heartbeatInterval,
            Duration requestTimeout) {
        this(
                nameServers,
                instanceName,
                routeRefreshInterval,
                heartbeatInterval,
                requestTimeout,
                HeaderFormat.BINARY,
                null);
    }

    /**
     * The defaults.
     *
     * @param nameServers {@code host:port} of each
     * @throws IllegalArgumentException if there is none, or one is not of that form
     */
    public static ClientSettings of(String... nameServers) {
        return new ClientSettings(
                List.of(nameServers), "default", Duration.ofSeconds(30), Duration.ofSeconds(30), Duration.ofSeconds(3));
    }

    /** The same, told apart from other clients of this process by that name. */
    public ClientSettings withInstanceName(String name) {
        return new ClientSettings(
                nameServers, name, routeRefreshInterval, heartbeatInterval, requestTimeout, headerFormat, tls);
    }

    public ClientSettings withHeaderFormat(HeaderFormat format) {
        return new ClientSettings(
                nameServers, instanceName, routeRefreshInterval, heartbeatInterval, requestTimeout, format, tls);
    }

    public ClientSettings withTls(@Nullable ClientTls encryption) {
        return new ClientSettings(
                nameServers,
                instanceName,
                routeRefreshInterval,
                heartbeatInterval,
                requestTimeout,
                headerFormat,
                encryption);
    }
}
