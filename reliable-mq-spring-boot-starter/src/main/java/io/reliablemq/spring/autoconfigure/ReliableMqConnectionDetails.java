package io.reliablemq.spring.autoconfigure;

import java.util.List;
import org.springframework.boot.autoconfigure.service.connection.ConnectionDetails;

/** How to reach the brokers. A bean of this type goes before the properties and before an embedded broker. */
public interface ReliableMqConnectionDetails extends ConnectionDetails {

    /** The name servers, {@code host:port}; at least one. */
    List<String> getNameServers();
}
