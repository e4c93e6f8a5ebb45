package io.reliablemq.broker;

import io.reliablemq.broker.delivery.DelayLevels;
import io.reliablemq.broker.retention.RetentionRules;
import io.reliablemq.broker.store.FlushDiskType;
import io.reliablemq.broker.store.StoreSettings.Recovery;
import io.reliablemq.broker.store.StoreSettings.Retention;
import io.reliablemq.broker.transaction.TransactionRules;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * How a broker is to run. Made and checked by {@link BrokerProperties#toSettings()}.
 *
 * @param name unique among the brokers of a cluster; brokers of one name are a master and its slaves
 * @param bindAddress where it listens
 * @param listenPort of the broker; 0 for any free one
 * @param dataDir where log, indexes and state are kept; made if it is missing
 * @param flushInterval between two flushes under {@link FlushDiskType#ASYNC_FLUSH}
 * @param flushBytes unflushed bytes at which {@link FlushDiskType#ASYNC_FLUSH} does not wait for the interval
 * @param syncFlushTimeout how long a send may wait for the disk
 * @param segmentBytes size of the log segments that are made from now on
 * @param recovery what the start does about damage
 * @param retention how long messages are kept, and how much of the disk is left free
 * @param retentionRules what is kept for longer
 * @param messageDelayLevel delays by level
 * @param timerMaxDelay how far ahead a message's own delivery time may be
 * @param transactionRules when producers are asked how a transaction ended
 * @param autoCreateTopics whether a send to an unknown topic makes it
 * @param defaultQueueCount most queues of a topic that a send makes
 * @param nameServerEnabled whether this process is a name server too
 * @param nameServerPort of the name server; 0 for any free one
 * @param nameServers {@code host:port} of the name servers to register with; empty for the broker's own
 * @param management where health and figures can be read
 */
public record BrokerSettings(
        String name,
        String cluster,
        long brokerId,
        InetAddress bindAddress,
        int listenPort,
        Path dataDir,
        FlushDiskType flushDiskType,
        BrokerRole brokerRole,
        Duration flushInterval,
        long flushBytes,
        Duration syncFlushTimeout,
        long segmentBytes,
        Recovery recovery,
        Retention retention,
        RetentionRules retentionRules,
        DelayLevels messageDelayLevel,
        Duration timerMaxDelay,
        TransactionRules transactionRules,
        boolean autoCreateTopics,
        int defaultQueueCount,
        boolean nameServerEnabled,
        int nameServerPort,
        List<String> nameServers,
        Management management) {

    public BrokerSettings {
        nameServers = List.copyOf(nameServers);
    }

    /**
     * The HTTP endpoint for operators.
     *
     * @param enabled whether there is one
     * @param port of the endpoint; 0 for any free one
     * @param anyPortIfTaken whether any free port will do if that one is taken
     */
    public record Management(boolean enabled, InetAddress bindAddress, int port, boolean anyPortIfTaken) {}
}
