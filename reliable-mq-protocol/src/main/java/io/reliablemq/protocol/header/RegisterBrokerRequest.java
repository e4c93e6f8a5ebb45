package io.reliablemq.protocol.header;

import java.util.Map;

/**
 * Header of REGISTER_BROKER.
 *
 * @param brokerId 0 is the master
 * @param brokerAddress host:port that clients connect to
 * @param bodyChecksum CRC-32 of the body with the sign bit cleared; 0 for none
 * @param heartbeatTimeoutMs how long the broker may be silent
 */
public record RegisterBrokerRequest(
        String clusterName,
        String brokerName,
        long brokerId,
        String brokerAddress,
        String replicationAddress,
        boolean compressed,
        int bodyChecksum,
        long heartbeatTimeoutMs) {

    public static RegisterBrokerRequest read(Map<String, String> wire) {
        HeaderFields fields = HeaderFields.of(wire);
        return new RegisterBrokerRequest(
                fields.text("clusterName"),
                fields.text("brokerName"),
                fields.longNumber("brokerId"),
                fields.text("brokerAddr"),
                fields.text("haServerAddr"),
                fields.flag("compressed", false),
                fields.number("bodyCrc32", 0),
                fields.longNumber("heartbeatTimeoutMillis", 120000));
    }

    public Map<String, String> fields() {
        return HeaderFields.writer()
                .put("clusterName", clusterName)
                .put("brokerName", brokerName)
                .put("brokerId", brokerId)
                .put("brokerAddr", brokerAddress)
                .put("haServerAddr", replicationAddress)
                .put("compressed", compressed)
                .put("bodyCrc32", bodyChecksum)
                .put("heartbeatTimeoutMillis", heartbeatTimeoutMs)
                .build();
    }
}
