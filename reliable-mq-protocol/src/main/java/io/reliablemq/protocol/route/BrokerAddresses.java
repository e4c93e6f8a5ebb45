package io.reliablemq.protocol.route;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One broker name: its master and slaves.
 *
 * @param addresses {@code host:port} by broker id; id 0 is the master
 */
@JsonIgnoreProperties(ignoreUnknown = true)
public record BrokerAddresses(
        @JsonProperty("cluster") String cluster,
        @JsonProperty("brokerName") String brokerName,
        @JsonProperty("brokerAddrs") Map<Long, String> addresses,
        @JsonProperty("enableActingMaster") boolean actingMasterEnabled) {

    public static final long MASTER_ID = 0;

    public BrokerAddresses {
        addresses = addresses == null ? Map.of() : Map.copyOf(addresses);
    }

    public BrokerAddresses(String cluster, String brokerName, Map<Long, String> addresses) {
        this(cluster, brokerName, addresses, false);
    }

    public @Nullable String master() {
        return addresses.get(MASTER_ID);
    }
}
