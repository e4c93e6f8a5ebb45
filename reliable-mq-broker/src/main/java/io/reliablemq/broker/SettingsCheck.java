package io.reliablemq.broker;

import io.reliablemq.broker.delivery.DelayLevels;
import io.reliablemq.broker.replication.ReplicationSettings;
import io.reliablemq.broker.retention.RetentionRules;
import io.reliablemq.broker.role.BrokerRole;
import io.reliablemq.broker.store.StoreSettings;
import io.reliablemq.broker.transaction.TransactionRules;
import io.reliablemq.protocol.message.Names;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Turns properties into settings, or says in one sentence which of them makes no sense and what would. */
final class SettingsCheck {

    private static final int MAX_QUEUES = 1024;
    private static final int MIN_IN_SYNC = 2;
    private static final int MIN_CONNECTIONS = 16;
    private static final int MAX_IN_SYNC = 16;
    private static final int MAX_PORT = 65_535;
    private static final Duration MIN_TIMER_MAX_DELAY = Duration.ofSeconds(1);
    private static final Duration MAX_TIMER_MAX_DELAY = Duration.ofDays(365);
    private static final ByteSize NONE = new ByteSize(0);
    private static final ByteSize MAX_SIZE = new ByteSize(1L << 60);
    private static final ByteSize MIN_IN_SYNC_LAG = ByteSize.ofMegabytes(1);
    private static final ByteSize MIN_FLUSH_BYTES = new ByteSize(1024);
    private static final ByteSize MIN_SEGMENT_BYTES = ByteSize.ofMegabytes(1);
    private static final ByteSize MAX_SEGMENT_BYTES = ByteSize.ofMegabytes(1024);

    private final BrokerProperties properties;
    private final TlsCheck tls;

    SettingsCheck(BrokerProperties properties, TlsBundles bundles) {
        this.properties = properties;
        this.tls = new TlsCheck(properties.getSsl(), bundles);
    }

    NameServerSettings nameServerSettings() {
        BrokerProperties.NameServer wanted = properties.getNameServer();
        if (!wanted.isEnabled()) {
            throw refused(
                    "name-server.enabled",
                    false,
                    "with " + BrokerProperties.PREFIX + ".name-server.only nothing would be left to run");
        }
        return new NameServerSettings(
                bindAddress("bind-address", properties.getBindAddress()),
                port("name-server.port", wanted.getPort()),
                management(),
                maxConnections(),
                tls.tls());
    }

    BrokerSettings settings() {
        if (properties.getNameServer().isOnly()) {
            throw refused(
                    "name-server.only",
                    true,
                    "it is for the broker as a process of its own; a broker inside of an application needs false");
        }
        checkRole();
        return new BrokerSettings(
                name("name", properties.getName()),
                name("cluster", properties.getCluster()),
                properties.getBrokerId(),
                bindAddress("bind-address", properties.getBindAddress()),
                port("listen-port", properties.getListenPort()),
                dataDir(),
                properties.getFlushDiskType(),
                properties.getBrokerRole(),
                replication(),
                atLeastOneMs("flush-interval", properties.getFlushInterval()),
                size("flush-bytes", properties.getFlushBytes(), MIN_FLUSH_BYTES, MAX_SEGMENT_BYTES),
                atLeastOneMs("sync-flush-timeout", properties.getSyncFlushTimeout()),
                size("segment-bytes", properties.getSegmentBytes(), MIN_SEGMENT_BYTES, MAX_SEGMENT_BYTES),
                recovery(),
                retention(),
                new RetentionRules(
                        properties.getRetention().isDeleteUnconsumed(),
                        notNegative(
                                "retention.dead-letter-age",
                                properties.getRetention().getDeadLetterAge())),
                delayLevels(),
                timerMaxDelay(),
                transactionRules(),
                properties.isAutoCreateTopics(),
                queueCount(),
                properties.getNameServer().isEnabled(),
                port("name-server.port", properties.getNameServer().getPort()),
                nameServers(),
                management(),
                maxConnections(),
                tls.tls());
    }

    private int maxConnections() {
        int value = properties.getMaxConnections();
        if (value < MIN_CONNECTIONS) {
            throw refused(
                    "max-connections",
                    value,
                    "it must be at least " + MIN_CONNECTIONS + ", for brokers among each other and some clients");
        }
        return value;
    }

    /** Two masters of one name, or a master by one setting and a slave by the other, would be found out too late. */
    private void checkRole() {
        BrokerRole role = properties.getBrokerRole();
        long id = properties.getBrokerId();
        if (role.isMaster() && id != 0) {
            throw refused("broker-id", id, "it must be 0 with broker-role=" + role + ", since 0 is the master");
        }
        if (!role.isMaster() && id < 1) {
            throw refused(
                    "broker-id",
                    id,
                    "with broker-role=SLAVE it must be 1 or above, and another one for each slave of the same name");
        }
    }

    private BrokerSettings.Replication replication() {
        int inSync = properties.getInSyncReplicas();
        if (inSync < MIN_IN_SYNC || inSync > MAX_IN_SYNC) {
            throw refused(
                    "in-sync-replicas",
                    inSync,
                    "it must be between " + MIN_IN_SYNC + " and " + MAX_IN_SYNC
                            + ", the master counted; a master that waits for nobody is broker-role=ASYNC_MASTER");
        }
        return new BrokerSettings.Replication(
                inSync,
                atLeastOneMs("sync-slave-timeout", properties.getSyncSlaveTimeout()),
                properties.isAllowUnreplicatedReads(),
                properties.isSlaveReadEnable(),
                masterAddress(),
                properties.isSwitchOnStop(),
                logReplication(properties.getReplication()));
    }

    private static ReplicationSettings logReplication(BrokerProperties.Replication wanted) {
        return ReplicationSettings.DEFAULT
                .withCatchUpRate(size("replication.catch-up-rate", wanted.getCatchUpRate(), NONE, MAX_SIZE))
                .withNearBytes(size("replication.in-sync-lag", wanted.getInSyncLag(), MIN_IN_SYNC_LAG, MAX_SIZE));
    }

    private @Nullable String masterAddress() {
        String value = properties.getMasterAddress();
        return value.isBlank() ? null : checkedAddress("master-address", value.trim());
    }

    private static String name(String setting, String value) {
        try {
            return Names.requireTopic(value);
        } catch (IllegalArgumentException e) {
            throw refused(setting, value, "it needs 1 to 127 characters of letters, digits, - and _");
        }
    }

    private static InetAddress bindAddress(String setting, String value) {
        if (value.isBlank()) {
            throw refused(setting, value, "it must be an address of this machine, for instance 127.0.0.1");
        }
        try {
            return InetAddress.getByName(value);
        } catch (UnknownHostException e) {
            throw refused(setting, value, "no such host is known; give an address of this machine");
        }
    }

    private BrokerSettings.Management management() {
        BrokerProperties.Management wanted = properties.getManagement();
        return new BrokerSettings.Management(
                wanted.isEnabled(),
                managementAddress(wanted),
                port("management.port", wanted.getPort()),
                !wanted.portWasChosen());
    }

    /** Whoever opens the broker to the network has not thereby opened its figures. */
    private InetAddress managementAddress(BrokerProperties.Management wanted) {
        if (!wanted.getBindAddress().isBlank()) {
            return bindAddress("management.bind-address", wanted.getBindAddress());
        }
        InetAddress brokers = bindAddress("bind-address", properties.getBindAddress());
        return brokers.isLoopbackAddress() ? brokers : InetAddress.getLoopbackAddress();
    }

    private StoreSettings.Recovery recovery() {
        return new StoreSettings.Recovery(
                properties.isVerifyLogOnStart(), properties.getRecovery() == BrokerProperties.Recovery.SALVAGE);
    }

    private StoreSettings.Retention retention() {
        BrokerProperties.Scrub scrub = properties.getScrub();
        Duration interval = scrub.getInterval();
        if (interval.toSeconds() < 1) {
            throw refused("scrub.interval", interval, "it must be at least 1s");
        }
        return new StoreSettings.Retention(
                notNegative("retention.age", properties.getRetention().getAge()),
                size("retention.size", properties.getRetention().getSize(), NONE, MAX_SIZE),
                size("disk-reserve", properties.getDiskReserve(), NONE, MAX_SIZE),
                size("scrub.rate", scrub.getRate(), NONE, MAX_SIZE),
                interval);
    }

    private static Duration notNegative(String setting, Duration value) {
        if (value.isNegative()) {
            throw refused(setting, value, "it must not be negative; 0 switches it off");
        }
        return value;
    }

    private static Duration atLeastOneMs(String setting, Duration value) {
        if (value.toMillis() < 1) {
            throw refused(setting, value, "it must be at least 1ms");
        }
        return value;
    }

    private static long size(String setting, String value, ByteSize least, ByteSize most) {
        long bytes;
        try {
            bytes = ByteSize.parse(value).bytes();
        } catch (IllegalArgumentException e) {
            throw refused(setting, value, String.valueOf(e.getMessage()));
        }
        if (bytes < least.bytes() || bytes > most.bytes()) {
            throw refused(setting, value, "it must be between " + least + " and " + most);
        }
        return bytes;
    }

    private static int port(String setting, int value) {
        if (value < 0 || value > MAX_PORT) {
            throw refused(setting, value, "a port is between 1 and 65535, or 0 for any free one");
        }
        return value;
    }

    private Path dataDir() {
        String value = properties.getDataDir();
        if (value.isBlank()) {
            throw refused("data-dir", value, "it must name a folder");
        }
        try {
            return Path.of(value).toAbsolutePath().normalize();
        } catch (InvalidPathException e) {
            throw refused("data-dir", value, "it is no path: " + e.getReason());
        }
    }

    private DelayLevels delayLevels() {
        String value = properties.getMessageDelayLevel();
        try {
            return DelayLevels.parse(value);
        } catch (IllegalArgumentException e) {
            throw refused("message-delay-level", value, String.valueOf(e.getMessage()));
        }
    }

    private TransactionRules transactionRules() {
        int checkMax = properties.getTransactionCheckMax();
        if (checkMax < 1) {
            throw refused("transaction-check-max", checkMax, "it must be at least 1");
        }
        return new TransactionRules(
                atLeastOneMs("transaction-timeout", properties.getTransactionTimeout()),
                atLeastOneMs("transaction-check-interval", properties.getTransactionCheckInterval()),
                checkMax,
                atLeastOneMs("transaction-max-age", properties.getTransactionMaxAge()));
    }

    private Duration timerMaxDelay() {
        Duration value = properties.getTimerMaxDelay();
        if (value.compareTo(MIN_TIMER_MAX_DELAY) < 0 || value.compareTo(MAX_TIMER_MAX_DELAY) > 0) {
            throw refused("timer-max-delay", value, "it must be between 1s and 365d");
        }
        return value;
    }

    private int queueCount() {
        int value = properties.getDefaultQueueCount();
        if (value < 1 || value > MAX_QUEUES) {
            throw refused("default-queue-count", value, "it must be between 1 and " + MAX_QUEUES);
        }
        return value;
    }

    private List<String> nameServers() {
        List<String> addresses = new ArrayList<>();
        for (String value : properties.getNameServers()) {
            // Apache RocketMQ separates addresses by semicolons, and users bring their lists along.
            for (String address : value.split(";")) {
                if (!address.isBlank()) {
                    addresses.add(checkedAddress("name-servers", address.trim()));
                }
            }
        }
        if (addresses.isEmpty() && !properties.getNameServer().isEnabled()) {
            throw refused(
                    "name-servers",
                    "",
                    "give at least one host:port, or switch on " + BrokerProperties.PREFIX
                            + ".name-server.enabled, because clients find a broker through a name server only");
        }
        return addresses;
    }

    private static String checkedAddress(String setting, String address) {
        int colon = address.lastIndexOf(':');
        if (colon < 1 || !address.substring(colon + 1).matches("[1-9]\\d{0,4}")) {
            throw refused(setting, address, "an address is host:port, for instance 127.0.0.1:9876");
        }
        return address;
    }

    private static BrokerStartException refused(String setting, Object value, String reason) {
        return new BrokerStartException(sentence(setting, value, reason));
    }

    /** @param setting its name behind the prefix */
    static String sentence(String setting, Object value, String reason) {
        return "The setting " + BrokerProperties.PREFIX + "." + setting + " is '" + value + "': " + reason + ".";
    }
}
