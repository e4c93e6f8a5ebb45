package io.reliablemq.spring.autoconfigure;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The settings {@code reliable-mq.idempotent.*}; those of the schema are bound apart.
 *
 * @param tableName Table of the messages that idempotent listeners have handled. Scripts create one with the default name.
 * @param retention Time that a handled message is remembered.
 * @param cleanupInterval Time between two removals of what is older than the retention.
 * @param cleanupBatchSize Rows that are removed in one transaction.
 * @param maxMarksInMemory Messages that listeners with marks in memory remember. Beyond that the oldest are forgotten.
 */
@ConfigurationProperties("reliable-mq.idempotent")
public record ReliableMqIdempotentProperties(
        @DefaultValue("reliable_mq_handled") String tableName,
        @DefaultValue("7d") Duration retention,
        @DefaultValue("1h") Duration cleanupInterval,
        @DefaultValue("1000") int cleanupBatchSize,
        @DefaultValue("100000") int maxMarksInMemory) {}
