package io.reliablemq.protocol.body;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Who is connected for a group. Answer of GET_CONSUMER_CONNECTIONS and, with the connections alone, of
 * GET_PRODUCER_CONNECTIONS.
 */
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.NON_NULL)
public record ClientConnections(
        @JsonProperty("connectionSet") List<Client> connections,
        @JsonProperty("consumeType") @Nullable String consumeType,
        @JsonProperty("messageModel") @Nullable String messageModel,
        @JsonProperty("consumeFromWhere") @Nullable String consumeFrom,
        @JsonProperty("subscriptionTable") @Nullable Map<String, Heartbeat.SubscriptionEntry> subscriptions) {

    /**
     * One client.
     *
     * @param address {@code host:port} that it connects from
     */
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record Client(
            @JsonProperty("clientId") String clientId,
            @JsonProperty("clientAddr") String address,
            @JsonProperty("language") String language,
            @JsonProperty("version") int version) {}
}
