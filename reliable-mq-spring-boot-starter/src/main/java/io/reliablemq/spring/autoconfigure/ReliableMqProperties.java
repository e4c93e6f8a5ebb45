package io.reliablemq.spring.autoconfigure;

import io.reliablemq.client.api.Compression.Format;
import io.reliablemq.client.api.ConsumeFrom;
import io.reliablemq.client.api.WhenFull;
import io.reliablemq.spring.core.TransactionMode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * The settings {@code reliable-mq.*}; those of the embedded broker, {@code reliable-mq.broker.*}, are bound apart.
 *
 * @param enabled Whether to set up messaging at all.
 * @param nameServer Comma-separated list of name servers, host:port each. Without any, an embedded broker is started
 *     if reliable-mq-broker is on the class path.
 * @param client settings of the connection
 * @param producer settings of sending
 * @param template settings of the template
 * @param consumer settings of listeners
 * @param embedded settings of embedding
 */
@ConfigurationProperties("reliable-mq")
public record ReliableMqProperties(
        @DefaultValue("true") boolean enabled,
        @DefaultValue List<String> nameServer,
        @DefaultValue Client client,
        @DefaultValue Producer producer,
        @DefaultValue Template template,
        @DefaultValue Consumer consumer,
        @DefaultValue Embedded embedded) {

    /**
     * Settings of the connection.
     *
     * @param instanceName Name that operators know this application instance by. Part of the client id, which is
     *     unique in any case.
     * @param routeRefreshInterval Time between two looks for changed routes. A failed send looks at once.
     * @param heartbeatInterval Time between two heartbeats to the brokers.
     * @param requestTimeout Time to wait for the answer to a request other than a send.
     */
    public record Client(
            @DefaultValue("default") String instanceName,
            @DefaultValue("30s") Duration routeRefreshInterval,
            @DefaultValue("30s") Duration heartbeatInterval,
            @DefaultValue("3s") Duration requestTimeout) {}

    /**
     * Settings of sending.
     *
     * @param group Producer group. The application's name if it is not set.
     * @param sendTimeout Time that all attempts of a send may take together.
     * @param retryTimesWhenSendFailed Attempts of a synchronous send beyond the first.
     * @param retryTimesWhenSendAsyncFailed Attempts of an asynchronous send beyond the first.
     * @param retryAnotherBrokerWhenNotStoreOk Whether to try another broker when one has stored the message, but not
     *     as safely as it is configured to.
     * @param maxMessageSize Largest payload that may be sent.
     * @param defaultTopicQueueCount Queues of a topic that is created by sending to it.
     * @param maxInFlight Asynchronous sends that may wait for their outcome at once.
     * @param whenFull What becomes of a further asynchronous send while that many wait.
     * @param transactionGroup Producer group of messages in a transaction of the broker. The producer group followed
     *     by -transactions if it is not set.
     * @param compression settings of compression
     * @param journal settings of the journal for messages that no broker took
     */
    public record Producer(
            @Nullable String group,
            @DefaultValue("10s") Duration sendTimeout,
            @DefaultValue("2") int retryTimesWhenSendFailed,
            @DefaultValue("2") int retryTimesWhenSendAsyncFailed,
            @DefaultValue("true") boolean retryAnotherBrokerWhenNotStoreOk,
            @DefaultValue("4MB") DataSize maxMessageSize,
            @DefaultValue("4") int defaultTopicQueueCount,
            @DefaultValue("10000") int maxInFlight,
            @DefaultValue("wait") WhenFull whenFull,
            @Nullable String transactionGroup,
            @DefaultValue Compression compression,
            @DefaultValue Journal journal) {

        /**
         * Settings of compression.
         *
         * @param enabled Whether to compress payloads on their way.
         * @param format Format of compression. LZ4 and ZSTD need a library on the class path, here and in consumers.
         * @param above Size above which a payload is compressed.
         */
        public record Compression(
                @DefaultValue("true") boolean enabled,
                @DefaultValue("zlib") Format format,
                @DefaultValue("4KB") DataSize above) {}

        /**
         * Settings of the journal for messages that no broker took.
         *
         * @param enabled Whether to keep messages that no broker took in a journal on disk, and send them later.
         * @param folder Folder of the journal. One process at a time may use it.
         * @param maxSize Size of the messages that may wait in the journal. They are held in memory too.
         * @param firstPause Time before another attempt after all have failed. It doubles up to longest-pause.
         * @param longestPause Longest time between two attempts.
         */
        public record Journal(
                @DefaultValue("false") boolean enabled,
                @DefaultValue("reliable-mq-journal") Path folder,
                @DefaultValue("64MB") DataSize maxSize,
                @DefaultValue("1s") Duration firstPause,
                @DefaultValue("15s") Duration longestPause) {}
    }

    /**
     * Settings of the template.
     *
     * @param inTransaction What a send inside a Spring transaction does, unless the message says otherwise.
     */
    public record Template(@DefaultValue("immediately") TransactionMode inTransaction) {}

    /**
     * Settings of listeners.
     *
     * @param concurrency Messages that a group handles at once in this application.
     * @param maxReconsumeTimes Retries before a message becomes a dead letter.
     * @param consumeFrom Where a group starts that has consumed nothing yet.
     * @param pullBatchSize Messages asked for in one pull.
     * @param maxCachedMessages Messages held per queue before pulling pauses.
     * @param maxCachedSize Payload held per queue before pulling pauses.
     * @param commitInterval Time between two stores of consumed offsets.
     * @param shutdownTimeout Time to wait for listeners at work when stopping.
     */
    public record Consumer(
            @DefaultValue("20") int concurrency,
            @DefaultValue("15") int maxReconsumeTimes,
            @DefaultValue("first-offset") ConsumeFrom consumeFrom,
            @DefaultValue("32") int pullBatchSize,
            @DefaultValue("1000") int maxCachedMessages,
            @DefaultValue("16MB") DataSize maxCachedSize,
            @DefaultValue("5s") Duration commitInterval,
            @DefaultValue("25s") Duration shutdownTimeout) {}

    /**
     * Settings of embedding.
     *
     * @param enabled Whether to start a broker inside the application when no name server is set and
     *     reliable-mq-broker is on the class path.
     */
    public record Embedded(@DefaultValue("true") boolean enabled) {}
}
