package io.reliablemq.protocol.body;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a client tells every broker of its routes each 30 seconds: who it is, for which groups, with which
 * subscriptions.
 */
@JsonIgnoreProperties(ignoreUnknown = true)
public record Heartbeat(
        @JsonProperty("clientID") String clientId,
        @JsonProperty("producerDataSet") List<ProducerEntry> producers,
        @JsonProperty("consumerDataSet") List<ConsumerEntry> consumers,
        @JsonProperty("heartbeatFingerprint") int fingerprint,
        @JsonProperty("withoutSub") boolean withoutSubscriptions) {

    public Heartbeat {
        producers = producers == null ? List.of() : List.copyOf(producers);
        consumers = consumers == null ? List.of() : List.copyOf(consumers);
    }

    public Heartbeat(String clientId, List<ProducerEntry> producers, List<ConsumerEntry> consumers) {
        this(clientId, producers, consumers, 0, false);
    }

    /** A producer group of the client. */
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record ProducerEntry(@JsonProperty("groupName") String group) {}

    /**
     * A consumer group of the client.
     *
     * @param consumeType {@code CONSUME_PASSIVELY} (push), {@code CONSUME_ACTIVELY} (pull)
     * @param messageModel {@code CLUSTERING} or {@code BROADCASTING}
     * @param consumeFrom {@code CONSUME_FROM_LAST_OFFSET}, {@code CONSUME_FROM_FIRST_OFFSET},
     *     {@code CONSUME_FROM_TIMESTAMP}
     */
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record ConsumerEntry(
            @JsonProperty("groupName") String group,
            @JsonProperty("consumeType") String consumeType,
            @JsonProperty("messageModel") String messageModel,
            @JsonProperty("consumeFromWhere") String consumeFrom,
            @JsonProperty("subscriptionDataSet") List<SubscriptionEntry> subscriptions,
            @JsonProperty("unitMode") boolean unitMode) {

        public ConsumerEntry {
            subscriptions = subscriptions == null ? List.of() : List.copyOf(subscriptions);
        }
    }

    /**
     * A topic and the expression that selects its messages.
     *
     * @param expression {@code *} or tags joined by {@code ||}
     * @param tags the tags of the expression; empty for {@code *}
     * @param tagCodes {@link String#hashCode()} of the tags
     * @param version ms of the client's clock, raised with every change
     * @param expressionType {@code TAG} (also if absent) or {@code SQL92}
     */
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record SubscriptionEntry(
            @JsonProperty("topic") String topic,
            @JsonProperty("subString") String expression,
            @JsonProperty("tagsSet") Set<String> tags,
            @JsonProperty("codeSet") Set<Integer> tagCodes,
            @JsonProperty("subVersion") long version,
            @JsonProperty("expressionType") @Nullable String expressionType,
            @JsonProperty("classFilterMode") boolean classFilter) {

        public SubscriptionEntry {
            tags = tags == null ? Set.of() : Set.copyOf(tags);
            tagCodes = tagCodes == null ? Set.of() : Set.copyOf(tagCodes);
        }
    }
}
