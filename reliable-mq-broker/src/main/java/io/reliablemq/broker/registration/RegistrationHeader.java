package io.reliablemq.broker.registration;

import io.reliablemq.broker.nameserver.NameServer;
import io.reliablemq.protocol.command.Body;
import io.reliablemq.protocol.header.RegisterBrokerRequest;
import io.reliablemq.protocol.message.MessageLayout;
import java.util.HashMap;
import java.util.Map;

/**
 * How the broker names itself to name servers.
 *
 * @param brokerAddress {@code host:port} that clients connect to
 */
public record RegistrationHeader(String cluster, String brokerName, long brokerId, String brokerAddress) {

    /** The header of one registration. Name servers of Apache RocketMQ ignore the field they do not know. */
    Map<String, String> fields(Body body) {
        RegisterBrokerRequest request = new RegisterBrokerRequest(
                cluster,
                brokerName,
                brokerId,
                brokerAddress,
                // There is no replication to connect to; the protocol wants some text all the same.
                brokerAddress,
                false,
                MessageLayout.bodyChecksum(body.toByteArray()),
                Registrar.SILENCE_TIMEOUT.toMillis());
        Map<String, String> fields = new HashMap<>(request.fields());
        fields.put("enableActingMaster", "false");
        fields.put(NameServer.RETRY_TOPICS_ON_DEMAND, "true");
        return fields;
    }
}
