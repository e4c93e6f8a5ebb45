package io.reliablemq.protocol.header;

import java.util.Map;

/**
 * Header of UNREGISTER_BROKER.
 */
public record UnregisterBrokerRequest(String clusterName, String brokerName, String brokerAddress, long brokerId) {

    public static UnregisterBrokerRequest read(Map<String, String> wire) {
        HeaderFields fields = HeaderFields.of(wire);
        return new UnregisterBrokerRequest(
                fields.text("clusterName"),
                fields.text("brokerName"),
                fields.text("brokerAddr"),
                fields.longNumber("brokerId"));
    }

    public Map<String, String> fields() {
        return HeaderFields.writer()
                .put("clusterName", clusterName)
                .put("brokerName", brokerName)
                .put("brokerAddr", brokerAddress)
                .put("brokerId", brokerId)
                .build();
    }
}
