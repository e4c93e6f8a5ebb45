package io.reliablemq.broker.registration;

import io.reliablemq.broker.nameserver.NameServer;
import io.reliablemq.protocol.command.Body;
import io.reliablemq.protocol.header.RegisterBrokerRequest;
import io.reliablemq.protocol.header.UnregisterBrokerRequest;
import io.reliablemq.protocol.message.MessageLayout;
import java.util.HashMap;
import java.util.Map;

/**
 * How the broker names itself to name servers.
 *
 * @param brokerAddress {@code host:port} that clients connect to
 */
public record RegistrationHeader(String cluster, String brokerName, long brokerId, String brokerAddress) {

    /** @param bodyChecksum 0 where no body is sent */
    RegisterBrokerRequest request(int bodyChecksum) {
        return new RegisterBrokerRequest(
                cluster,
                brokerName,
                brokerId,
                brokerAddress,
                // There is no replication to connect to; the protocol wants some text all the same.
                brokerAddress,
                false,
                bodyChecksum,
                Registrar.SILENCE_TIMEOUT.toMillis());
    }

    UnregisterBrokerRequest farewell() {
        return new UnregisterBrokerRequest(cluster, brokerName, brokerAddress, brokerId);
    }

    /** The header of one registration. Name servers of Apache RocketMQ ignore the field they do not know. */
    Map<String, String> fields(Body body) {
        Map<String, String> fields = new HashMap<>(
                request(MessageLayout.bodyChecksum(body.toByteArray())).fields());
        fields.put("enableActingMaster", "false");
        fields.put(NameServer.RETRY_TOPICS_ON_DEMAND, "true");
        return fields;
    }
}
