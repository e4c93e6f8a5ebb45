package io.reliablemq.protocol.body;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.reliablemq.protocol.body.Heartbeat.SubscriptionEntry;
import org.jspecify.annotations.Nullable;

/** Body of CHECK_CLIENT_CONFIG: a subscription that a consumer is about to start with. */
@JsonIgnoreProperties(ignoreUnknown = true)
public record SubscriptionCheck(
        @JsonProperty("clientId") String clientId,
        @JsonProperty("group") String group,
        @JsonProperty("subscriptionData") @Nullable SubscriptionEntry subscription) {}
