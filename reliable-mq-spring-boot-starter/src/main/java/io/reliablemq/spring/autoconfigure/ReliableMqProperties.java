package io.reliablemq.spring.autoconfigure;

import io.reliablemq.client.api.Compression.Format;
import io.reliablemq.client.api.ConsumeFrom;
import io.reliablemq.client.api.ConsumeMode;
import io.reliablemq.client.api.HeaderFormat;
import io.reliablemq.client.api.MessageModel;
import io.reliablemq.client.api.WhenFull;
import io.reliablemq.spring.core.TransactionMode;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.StringUtils;
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
     * @param headerFormat How the headers of requests are written. JSON is for proxies and brokers of another make that read
     *     nothing else.
     * @param failFast Whether the application refuses to start while no name server answers. Otherwise it starts with a
     *     warning, and works once one does.
     * @param ssl settings of encryption
     */
    public record Client(
            @DefaultValue("default") String instanceName,
            @DefaultValue("30s") Duration routeRefreshInterval,
            @DefaultValue("30s") Duration heartbeatInterval,
            @DefaultValue("3s") Duration requestTimeout,
            @DefaultValue("binary") HeaderFormat headerFormat,
            @DefaultValue("false") boolean failFast,
            @DefaultValue Ssl ssl) {

        /**
         * Settings of encryption.
         *
         * @param enabled Whether connections to name servers and brokers are encrypted. They are if a bundle is named,
         *     unless set otherwise. Without a bundle, the certificates that the JVM trusts count.
         * @param bundle Name of the SSL bundle with the certificates that are trusted, and the one that is shown to
         *     brokers that ask for it.
         * @param verifyHostname Whether a certificate must be one for the address that is connected to. Brokers tell
         *     their addresses as IP addresses, which their certificates must name then.
         */
        public record Ssl(
                @Nullable Boolean enabled,
                @Nullable String bundle,
                @DefaultValue("true") boolean verifyHostname) {

            boolean isOn() {
                return enabled == null ? StringUtils.hasText(bundle) : enabled;
            }
        }
    }

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
     * @param autoStartup Whether listeners start with the application.
     * @param concurrency Messages that a group handles at once in this application.
     * @param maxReconsumeTimes Retries before a message becomes a dead letter.
     * @param retryDelays Comma-separated list of times before each retry, the last one also for all further ones.
     *     Apache RocketMQ rounds them up to its delay levels. Without any, the broker's delays from 10s to 2h.
     * @param nonRetryableExceptions Comma-separated list of exceptions that make a message a dead letter at once,
     *     subclasses included.
     * @param consumeMode In which order the messages of a queue are handled.
     * @param messageModel Whether the members of a group share the messages or each get all of them.
     * @param offsetFolder Folder for the offsets of groups that consume by broadcast, with a folder in it for each
     *     instance name and group. It must survive a restart.
     * @param consumeFrom Where a group starts that has consumed nothing yet.
     * @param consumeTimestamp Time for a start at a timestamp, for instance 2026-01-31T00:00:00Z.
     * @param pullBatchSize Messages asked for in one pull, no more than max-cached-messages. An answer has 256 KiB at
     *     most, and a broker may give fewer.
     * @param consumeBatchSize Most messages in one call of a listener that takes batches.
     * @param maxCachedMessages Messages held per queue before pulling pauses.
     * @param maxCachedSize Payload held per queue before pulling pauses.
     * @param maxTotalCachedMessages Messages held of all queues of a group before pulling pauses.
     * @param maxTotalCachedSize Payload held of all queues of a group before pulling pauses.
     * @param maxMessagesPerSecond Messages handed to the listeners of a group in a second. No limit if it is 0.
     * @param consumeTimeout Time that a listener may take. After that its messages go back to the broker, unless they
     *     are handled in order.
     * @param stuckAfter Time after which a message that is not finished is reported.
     * @param commitInterval Time between two stores of consumed offsets.
     * @param shutdownTimeout Time to wait for listeners at work when stopping.
     * @param allocation How the members of a group share the queues. All members must have the same.
     */
    public record Consumer(
            @DefaultValue("true") boolean autoStartup,
            @DefaultValue("20") int concurrency,
            @DefaultValue("15") int maxReconsumeTimes,
            @DefaultValue List<Duration> retryDelays,
            @DefaultValue List<Class<? extends Throwable>> nonRetryableExceptions,
            @DefaultValue("concurrently") ConsumeMode consumeMode,
            @DefaultValue("clustering") MessageModel messageModel,
            @DefaultValue("reliable-mq-offsets") Path offsetFolder,
            @DefaultValue("first-offset") ConsumeFrom consumeFrom,
            @Nullable Instant consumeTimestamp,
            @DefaultValue("256") int pullBatchSize,
            @DefaultValue("32") int consumeBatchSize,
            @DefaultValue("1000") int maxCachedMessages,
            @DefaultValue("16MB") DataSize maxCachedSize,
            @DefaultValue("100000") int maxTotalCachedMessages,
            @DefaultValue("256MB") DataSize maxTotalCachedSize,
            @DefaultValue("0") double maxMessagesPerSecond,
            @DefaultValue("15m") Duration consumeTimeout,
            @DefaultValue("10m") Duration stuckAfter,
            @DefaultValue("5s") Duration commitInterval,
            @DefaultValue("25s") Duration shutdownTimeout,
            @DefaultValue("averagely") Allocation allocation) {

        /** How the members of a group share the queues. */
        public enum Allocation {
            /** Runs of neighbouring queues; the default of official clients too. */
            AVERAGELY,
            /** By consistent hash: few queues move when members come and go, shares may differ much. */
            CONSISTENT_HASH,
            /** Even shares of which few move when members come and go. */
            STICKY
        }
    }

    /**
     * Settings of embedding.
     *
     * @param enabled Whether to start a broker inside the application when no name server is set and
     *     reliable-mq-broker is on the class path.
     */
    public record Embedded(@DefaultValue("true") boolean enabled) {}
}
