package io.reliablemq.spring.autoconfigure;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The settings {@code reliable-mq.health.*}.
 *
 * @param maxLag Messages that a group may be behind in this application before its health is out of service. Any number if it is
 *     not set.
 * @param maxAge Time that a message may be in work in this application before its health is out of service. Any time if it is not
 *     set.
 * @param requireAssignedQueues Whether a group without a queue in this application makes its health out of service. With more
 *     members than queues some have none.
 * @param timeout Time for the answers of name servers and brokers.
 */
@ConfigurationProperties("reliable-mq.health")
record HealthProperties(
        @Nullable Long maxLag,
        @Nullable Duration maxAge,
        @DefaultValue("false") boolean requireAssignedQueues,
        @DefaultValue("2s") Duration timeout) {}
