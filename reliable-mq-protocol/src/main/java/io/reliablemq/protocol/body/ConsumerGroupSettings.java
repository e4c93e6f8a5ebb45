package io.reliablemq.protocol.body;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonProperty;

/**
 * How a broker treats a consumer group. Body of UPDATE_AND_CREATE_SUBSCRIPTION_GROUP.
 *
 * @param retryMaxTimes deliveries after the first one, for clients that do not say it themselves
 */
@JsonIgnoreProperties(ignoreUnknown = true)
public record ConsumerGroupSettings(
        @JsonProperty("groupName") String group,
        @JsonProperty("consumeEnable") boolean consumeEnabled,
        @JsonProperty("consumeFromMinEnable") boolean consumeFromMinEnabled,
        @JsonProperty("consumeBroadcastEnable") boolean broadcastEnabled,
        @JsonProperty("consumeMessageOrderly") boolean orderly,
        @JsonProperty("retryQueueNums") int retryQueues,
        @JsonProperty("retryMaxTimes") int retryMaxTimes,
        @JsonProperty("brokerId") long brokerId,
        @JsonProperty("whichBrokerWhenConsumeSlowly") long brokerIdWhenSlow,
        @JsonProperty("notifyConsumerIdsChangedEnable") boolean notifyOfChanges) {

    /** What a group gets that nobody configured. */
    public static ConsumerGroupSettings defaults(String group) {
        return new ConsumerGroupSettings(group, true, true, true, false, 1, 16, 0, 1, true);
    }
}
