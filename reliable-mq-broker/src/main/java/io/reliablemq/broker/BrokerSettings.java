package io.reliablemq.broker;

import io.reliablemq.broker.delivery.DelayLevels;
import io.reliablemq.broker.replication.ReplicationSettings;
import io.reliablemq.broker.retention.RetentionRules;
import io.reliablemq.broker.role.BrokerRole;
import io.reliablemq.broker.store.FlushDiskType;
import io.reliablemq.broker.store.StoreSettings.Recovery;
import io.reliablemq.broker.store.StoreSettings.Retention;
import io.reliablemq.broker.transaction.TransactionRules;
import io.reliablemq.protocol.tls.Tls;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a broker is to run. Made and checked by {@link BrokerProperties#toSettings()}.
 *
 * @param name unique among the brokers of a cluster; brokers of one name are a master and its slaves
 * @param brokerId number among the brokers of the name; 0 for the master
 * @param bindAddress where it listens
 * @param listenPort of the broker; 0 for any free one
 * @param dataDir where log, indexes and state are kept; made if it is missing
 * @param brokerRole what the broker is to be; what it became since may count for more, see
 *     {@link io.reliablemq.broker.role.RoleFile}
 * @param replication how master and slaves work together
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
 * @param maxConnections most connections that broker and name server each keep open
 * @param tls how connections are encrypted, those that it opens to name servers and other brokers among them
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
        Replication replication,
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
        Management management,
        int maxConnections,
        Tls tls) {

    public BrokerSettings {
        nameServers = List.copyOf(nameServers);
    }

    /**
     * How the brokers of one name work together.
     *
     * @param inSyncReplicas how many brokers must have a message before {@link BrokerRole#SYNC_MASTER} answers, the master
     *     among them
     * @param syncSlaveTimeout how long a send may wait for the slaves
     * @param allowUnreplicatedReads whether consumers see what is not replicated yet
     * @param slaveReads whether consumers that are far behind are sent to a slave
     * @param masterAddress {@code host:port} of a slave's master; null if the name servers tell
     * @param switchOnStop whether a master hands its role to a slave in sync before it stops
     * @param log how the log goes from one to the other
     */
    public record Replication(
            int inSyncReplicas,
            Duration syncSlaveTimeout,
            boolean allowUnreplicatedReads,
            boolean slaveReads,
            @Nullable String masterAddress,
            boolean switchOnStop,
            ReplicationSettings log) {}

    /**
     * The HTTP endpoint for operators.
     *
     * @param enabled whether there is one
     * @param port of the endpoint; 0 for any free one
     * @param anyPortIfTaken whether any free port will do if that one is taken
     */
    public record Management(boolean enabled, InetAddress bindAddress, int port, boolean anyPortIfTaken) {}
}
