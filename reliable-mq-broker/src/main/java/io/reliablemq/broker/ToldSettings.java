package io.reliablemq.broker;

import io.reliablemq.broker.role.ActingRole;
import io.reliablemq.broker.role.BrokerRole;
import io.reliablemq.broker.store.StoreSettings;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a broker says about its settings: by the names and units of Apache RocketMQ where a setting means the same there,
 * and all that bears on what is guaranteed by the names of the properties. The role is the one that it plays now, which
 * may be another than the one that is set.
 */
final class ToldSettings {

    private final Map<String, String> told = new LinkedHashMap<>();

    private ToldSettings() {}

    static Map<String, String> of(BrokerSettings settings, InetSocketAddress address, ActingRole role) {
        ToldSettings text = new ToldSettings();
        text.byTheProtocolsNames(settings, address, role);
        text.byOurNames(settings, role);
        return text.told;
    }

    private void byTheProtocolsNames(BrokerSettings settings, InetSocketAddress address, ActingRole role) {
        put("brokerClusterName", settings.cluster());
        put("brokerName", settings.name());
        put("brokerId", role.brokerId());
        put("brokerIP1", address.getAddress().getHostAddress());
        put("listenPort", address.getPort());
        put("brokerRole", role.role());
        put("flushDiskType", settings.flushDiskType());
        // Whoever reads only this name is to see what a send waits for.
        put("inSyncReplicas", waitsForSlaves(role) ? settings.replication().inSyncReplicas() : 1);
        put("slaveTimeout", settings.replication().syncSlaveTimeout().toMillis());
        put("slaveReadEnable", settings.replication().slaveReads());
        put("flushIntervalCommitLog", settings.flushInterval().toMillis());
        put("syncFlushTimeout", settings.syncFlushTimeout().toMillis());
        put("transientStorePoolEnable", false);
        put("autoCreateTopicEnable", settings.autoCreateTopics());
        put("defaultTopicQueueNums", settings.defaultQueueCount());
        put("timerMaxDelaySec", settings.timerMaxDelay().toSeconds());
        put("transactionTimeOut", settings.transactionRules().timeout().toMillis());
        put(
                "transactionCheckInterval",
                settings.transactionRules().checkInterval().toMillis());
        put("transactionCheckMax", settings.transactionRules().checkMax());
        put("storePathRootDir", settings.dataDir());
    }

    private void byOurNames(BrokerSettings settings, ActingRole role) {
        StoreSettings.Retention retention = settings.retention();
        ours("name", settings.name());
        ours("broker-role", role.role());
        ours("flush-disk-type", settings.flushDiskType());
        ours("flush-interval", settings.flushInterval());
        ours("sync-flush-timeout", settings.syncFlushTimeout());
        ours("in-sync-replicas", settings.replication().inSyncReplicas());
        ours("sync-slave-timeout", settings.replication().syncSlaveTimeout());
        ours("allow-unreplicated-reads", settings.replication().allowUnreplicatedReads());
        ours("slave-read-enable", settings.replication().slaveReads());
        ours("retention.age", retention.age());
        ours("retention.size", retention.maxBytes());
        ours("retention.delete-unconsumed", settings.retentionRules().deleteUnconsumed());
        ours("retention.dead-letter-age", settings.retentionRules().deadLetterAge());
        ours("disk-reserve", retention.reserveBytes());
        ours("auto-create-topics", settings.autoCreateTopics());
        ours("timer-max-delay", settings.timerMaxDelay());
        ours("transaction-check-max", settings.transactionRules().checkMax());
        ours("transaction-max-age", settings.transactionRules().maxAge());
    }

    private static boolean waitsForSlaves(ActingRole role) {
        return role.role() == BrokerRole.SYNC_MASTER;
    }

    private void ours(String name, Object value) {
        put(BrokerProperties.PREFIX + "." + name, value);
    }

    private void put(String name, Object value) {
        told.put(name, value instanceof Duration duration ? duration.toMillis() + "ms" : value.toString());
    }
}
