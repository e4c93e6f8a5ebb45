package io.reliablemq.spring.autoconfigure;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.autoconfigure.service.connection.ConnectionDetails;
import org.springframework.boot.ssl.SslBundle;

/** How to reach the brokers; a bean of this type goes before the properties and before an embedded broker. */
public interface ReliableMqConnectionDetails extends ConnectionDetails {

    /** The name servers, {@code host:port}; at least one. */
    List<String> getNameServers();

    /** Encrypts the connections to name servers and brokers; null for plain ones. */
    default @Nullable SslBundle getSslBundle() {
        return null;
    }
}
