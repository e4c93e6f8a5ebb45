package io.reliablemq.broker;

import io.reliablemq.broker.delivery.DelayLevels;
import io.reliablemq.broker.role.BrokerRole;
import io.reliablemq.broker.store.FlushDiskType;
import io.reliablemq.protocol.tls.ServerTls;
import io.reliablemq.protocol.tls.TlsMode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * The settings {@code reliable-mq.broker.*} as a bean to bind to; {@link #toSettings()} checks them.
 *
 * <p>Not thread-safe: fill it, then turn it into settings.
 */
public class BrokerProperties {

    /** Prefix of the settings' names. */
    public static final String PREFIX = "reliable-mq.broker";

    /** Name of the broker, unique in its cluster. */
    private String name = "broker-a";

    /** Name of the cluster that the broker belongs to. */
    private String cluster = "DefaultCluster";

    /** Number among the brokers of the same name: 0 for the master, above for each of its slaves. */
    private long brokerId;

    /** Address to listen on, and the one that clients are told. Beyond loopback the broker is open to the network. */
    private String bindAddress = "127.0.0.1";

    /** Port to listen on; 0 for any free one. */
    private int listenPort = 10911;

    /** Most connections that the broker keeps open, and the name server likewise; more are refused. */
    private int maxConnections = 10_000;

    /** Folder of the messages and all state; made if it is missing. */
    private String dataDir = "reliable-mq-data";

    /** SYNC_FLUSH answers once a message is on disk, ASYNC_FLUSH before. */
    private FlushDiskType flushDiskType = FlushDiskType.SYNC_FLUSH;

    /** ASYNC_MASTER answers without its slaves, SYNC_MASTER once they have the message too; SLAVE copies the master of its name. */
    private BrokerRole brokerRole = BrokerRole.ASYNC_MASTER;

    /** How many brokers must have a message before SYNC_MASTER answers, the master among them. */
    private int inSyncReplicas = 2;

    /** How long a send may wait for the slaves until it is answered FLUSH_SLAVE_TIMEOUT. */
    private Duration syncSlaveTimeout = Duration.ofSeconds(3);

    /** Whether consumers of a SYNC_MASTER see messages that no slave has yet. */
    private boolean allowUnreplicatedReads;

    /** Whether consumers that are far behind are sent to a slave. */
    private boolean slaveReadEnable;

    /** Master of a slave, host:port; if empty, the name servers tell. */
    private String masterAddress = "";

    /** Whether a master that is stopped hands its role to a slave in sync first. */
    private boolean switchOnStop;

    /** Time between two flushes under ASYNC_FLUSH. */
    private Duration flushInterval = Duration.ofMillis(10);

    /** Unflushed bytes at which ASYNC_FLUSH does not wait for the interval. */
    private String flushBytes = "4MB";

    /** How long a send may wait for the disk until it is answered FLUSH_DISK_TIMEOUT. */
    private Duration syncFlushTimeout = Duration.ofSeconds(5);

    /** Size of a log file. */
    private String segmentBytes = "256MB";

    /** Delays by level, from level 1. */
    private String messageDelayLevel = DelayLevels.DEFAULT_TEXT;

    /** How far ahead a message's own delivery time may be. */
    private Duration timerMaxDelay = Duration.ofDays(40);

    /** How old a half message is when its producer is asked for the first time how the transaction ended. */
    private Duration transactionTimeout = Duration.ofSeconds(6);

    /** Time between two questions how a transaction ended. */
    private Duration transactionCheckInterval = Duration.ofSeconds(30);

    /** Questions that may go unanswered before the message of a transaction is set aside. */
    private int transactionCheckMax = 15;

    /** How old a half message may get before it is set aside, whether or not a producer could be asked. */
    private Duration transactionMaxAge = Duration.ofHours(72);

    /** Whether a send to an unknown topic makes it. */
    private boolean autoCreateTopics = true;

    /** Most queues of a topic that is made by a send. */
    private int defaultQueueCount = 4;

    /** Name servers to register with, host:port; the broker's own if empty. */
    private List<String> nameServers = new ArrayList<>();

    /** Room on the disk that producers cannot use; with less left they are refused, and let in again by themselves. 0 for none. */
    private String diskReserve = "1GB";

    /** What the start does about a damaged log: STRICT refuses, SALVAGE keeps every whole record and sets the rest aside. */
    private Recovery recovery = Recovery.STRICT;

    /** Whether the start reads the whole log, and not only what was written since the last index. */
    private boolean verifyLogOnStart;

    /** How the log goes to the slaves. */
    private final Replication replication = new Replication();

    /** How long messages are kept. */
    private final Retention retention = new Retention();

    /** How the log is read again to find what the disk has damaged. */
    private final Scrub scrub = new Scrub();

    /** The name server in the same process. */
    private final NameServer nameServer = new NameServer();

    /** Health and figures over HTTP. */
    private final Management management = new Management();

    /** Encryption of connections. */
    private final Ssl ssl = new Ssl();

    /**
     * Checks everything and gives the settings of a broker whose connections are plain.
     *
     * @throws BrokerStartException with one sentence that names the setting at fault
     */
    public BrokerSettings toSettings() {
        return toSettings(TlsBundles.NONE);
    }

    /**
     * Checks everything and gives the settings.
     *
     * @param bundles where {@code ssl.bundle} is found
     * @throws BrokerStartException with one sentence that names the setting at fault
     */
    public BrokerSettings toSettings(TlsBundles bundles) {
        return new SettingsCheck(this, bundles).settings();
    }

    /**
     * Checks what concerns a process that is a name server and no broker, and gives its settings.
     *
     * @throws BrokerStartException with one sentence that names the setting at fault
     */
    public NameServerSettings toNameServerSettings() {
        return toNameServerSettings(TlsBundles.NONE);
    }

    /**
     * As {@link #toNameServerSettings()}.
     *
     * @param bundles where {@code ssl.bundle} is found
     */
    public NameServerSettings toNameServerSettings(TlsBundles bundles) {
        return new SettingsCheck(this, bundles).nameServerSettings();
    }

    public String getName() {
        return name;
    }

    public void setName(String name) {
        this.name = name;
    }

    public String getCluster() {
        return cluster;
    }

    public void setCluster(String cluster) {
        this.cluster = cluster;
    }

    public long getBrokerId() {
        return brokerId;
    }

    public void setBrokerId(long brokerId) {
        this.brokerId = brokerId;
    }

    public String getBindAddress() {
        return bindAddress;
    }

    public void setBindAddress(String bindAddress) {
        this.bindAddress = bindAddress;
    }

    public int getMaxConnections() {
        return maxConnections;
    }

    public void setMaxConnections(int maxConnections) {
        this.maxConnections = maxConnections;
    }

    public int getListenPort() {
        return listenPort;
    }

    public void setListenPort(int listenPort) {
        this.listenPort = listenPort;
    }

    public String getDataDir() {
        return dataDir;
    }

    public void setDataDir(String dataDir) {
        this.dataDir = dataDir;
    }

    public FlushDiskType getFlushDiskType() {
        return flushDiskType;
    }

    public void setFlushDiskType(FlushDiskType flushDiskType) {
        this.flushDiskType = flushDiskType;
    }

    public BrokerRole getBrokerRole() {
        return brokerRole;
    }

    public void setBrokerRole(BrokerRole brokerRole) {
        this.brokerRole = brokerRole;
    }

    public int getInSyncReplicas() {
        return inSyncReplicas;
    }

    public void setInSyncReplicas(int inSyncReplicas) {
        this.inSyncReplicas = inSyncReplicas;
    }

    public Duration getSyncSlaveTimeout() {
        return syncSlaveTimeout;
    }

    public void setSyncSlaveTimeout(Duration syncSlaveTimeout) {
        this.syncSlaveTimeout = syncSlaveTimeout;
    }

    public boolean isAllowUnreplicatedReads() {
        return allowUnreplicatedReads;
    }

    public void setAllowUnreplicatedReads(boolean allowUnreplicatedReads) {
        this.allowUnreplicatedReads = allowUnreplicatedReads;
    }

    public boolean isSlaveReadEnable() {
        return slaveReadEnable;
    }

    public void setSlaveReadEnable(boolean slaveReadEnable) {
        this.slaveReadEnable = slaveReadEnable;
    }

    public String getMasterAddress() {
        return masterAddress;
    }

    public void setMasterAddress(String masterAddress) {
        this.masterAddress = masterAddress;
    }

    public boolean isSwitchOnStop() {
        return switchOnStop;
    }

    public void setSwitchOnStop(boolean switchOnStop) {
        this.switchOnStop = switchOnStop;
    }

    public Duration getFlushInterval() {
        return flushInterval;
    }

    public void setFlushInterval(Duration flushInterval) {
        this.flushInterval = flushInterval;
    }

    public String getFlushBytes() {
        return flushBytes;
    }

    public void setFlushBytes(String flushBytes) {
        this.flushBytes = flushBytes;
    }

    public Duration getSyncFlushTimeout() {
        return syncFlushTimeout;
    }

    public void setSyncFlushTimeout(Duration syncFlushTimeout) {
        this.syncFlushTimeout = syncFlushTimeout;
    }

    public String getSegmentBytes() {
        return segmentBytes;
    }

    public void setSegmentBytes(String segmentBytes) {
        this.segmentBytes = segmentBytes;
    }

    public String getMessageDelayLevel() {
        return messageDelayLevel;
    }

    public void setMessageDelayLevel(String messageDelayLevel) {
        this.messageDelayLevel = messageDelayLevel;
    }

    public Duration getTransactionTimeout() {
        return transactionTimeout;
    }

    public void setTransactionTimeout(Duration transactionTimeout) {
        this.transactionTimeout = transactionTimeout;
    }

    public Duration getTransactionCheckInterval() {
        return transactionCheckInterval;
    }

    public void setTransactionCheckInterval(Duration transactionCheckInterval) {
        this.transactionCheckInterval = transactionCheckInterval;
    }

    public int getTransactionCheckMax() {
        return transactionCheckMax;
    }

    public void setTransactionCheckMax(int transactionCheckMax) {
        this.transactionCheckMax = transactionCheckMax;
    }

    public Duration getTransactionMaxAge() {
        return transactionMaxAge;
    }

    public void setTransactionMaxAge(Duration transactionMaxAge) {
        this.transactionMaxAge = transactionMaxAge;
    }

    public Duration getTimerMaxDelay() {
        return timerMaxDelay;
    }

    public void setTimerMaxDelay(Duration timerMaxDelay) {
        this.timerMaxDelay = timerMaxDelay;
    }

    public boolean isAutoCreateTopics() {
        return autoCreateTopics;
    }

    public void setAutoCreateTopics(boolean autoCreateTopics) {
        this.autoCreateTopics = autoCreateTopics;
    }

    public int getDefaultQueueCount() {
        return defaultQueueCount;
    }

    public void setDefaultQueueCount(int defaultQueueCount) {
        this.defaultQueueCount = defaultQueueCount;
    }

    public List<String> getNameServers() {
        return nameServers;
    }

    public void setNameServers(List<String> nameServers) {
        this.nameServers = nameServers;
    }

    public String getDiskReserve() {
        return diskReserve;
    }

    public void setDiskReserve(String diskReserve) {
        this.diskReserve = diskReserve;
    }

    public Recovery getRecovery() {
        return recovery;
    }

    public void setRecovery(Recovery recovery) {
        this.recovery = recovery;
    }

    public boolean isVerifyLogOnStart() {
        return verifyLogOnStart;
    }

    public void setVerifyLogOnStart(boolean verifyLogOnStart) {
        this.verifyLogOnStart = verifyLogOnStart;
    }

    public Replication getReplication() {
        return replication;
    }

    public Retention getRetention() {
        return retention;
    }

    public Scrub getScrub() {
        return scrub;
    }

    public NameServer getNameServer() {
        return nameServer;
    }

    public Management getManagement() {
        return management;
    }

    public Ssl getSsl() {
        return ssl;
    }

    /** What the start does about a damaged log. */
    public enum Recovery {
        /** Refuses to start and changes nothing. */
        STRICT,
        /** Keeps every whole record, and sets the damaged ranges aside in files. */
        SALVAGE
    }

    /** The settings {@code reliable-mq.broker.replication.*}. */
    public static class Replication {

        /** Bytes a second that a slave which was away gets of what it lacks; 0 for no limit. */
        private String catchUpRate = "400MB";

        /** A slave that lacks more than this is not waited for. */
        private String inSyncLag = "16MB";

        public String getCatchUpRate() {
            return catchUpRate;
        }

        public void setCatchUpRate(String catchUpRate) {
            this.catchUpRate = catchUpRate;
        }

        public String getInSyncLag() {
            return inSyncLag;
        }

        public void setInSyncLag(String inSyncLag) {
            this.inSyncLag = inSyncLag;
        }
    }

    /** The settings {@code reliable-mq.broker.retention.*}. */
    public static class Retention {

        /** Whole log files are deleted once their last message is older, unless they hold what must be kept. 0 for never. */
        private Duration age = Duration.ofHours(72);

        /** So much of the youngest log is kept; older log files are deleted, unless they hold what must be kept. 0 for no limit. */
        private String size = "0";

        /** Whether messages that a known group has not consumed are deleted too; they are counted. */
        private boolean deleteUnconsumed;

        /** How long dead letters are kept at least. 0 for ever. */
        private Duration deadLetterAge = Duration.ZERO;

        public Duration getAge() {
            return age;
        }

        public void setAge(Duration age) {
            this.age = age;
        }

        public String getSize() {
            return size;
        }

        public void setSize(String size) {
            this.size = size;
        }

        public boolean isDeleteUnconsumed() {
            return deleteUnconsumed;
        }

        public void setDeleteUnconsumed(boolean deleteUnconsumed) {
            this.deleteUnconsumed = deleteUnconsumed;
        }

        public Duration getDeadLetterAge() {
            return deadLetterAge;
        }

        public void setDeadLetterAge(Duration deadLetterAge) {
            this.deadLetterAge = deadLetterAge;
        }
    }

    /** The settings {@code reliable-mq.broker.scrub.*}. */
    public static class Scrub {

        /** Bytes a second that are read; 0 for never. */
        private String rate = "8MB";

        /** Time from the start of one round over the log to that of the next. */
        private Duration interval = Duration.ofHours(24);

        public String getRate() {
            return rate;
        }

        public void setRate(String rate) {
            this.rate = rate;
        }

        public Duration getInterval() {
            return interval;
        }

        public void setInterval(Duration interval) {
            this.interval = interval;
        }
    }

    /** The settings {@code reliable-mq.broker.name-server.*}. */
    public static class NameServer {

        /** Whether this process is a name server too. */
        private boolean enabled = true;

        /** Port of the name server; 0 for any free one. */
        private int port = 9876;

        /** Whether this process is a name server and no broker. */
        private boolean only;

        public boolean isEnabled() {
            return enabled;
        }

        public void setEnabled(boolean enabled) {
            this.enabled = enabled;
        }

        public boolean isOnly() {
            return only;
        }

        public void setOnly(boolean only) {
            this.only = only;
        }

        public int getPort() {
            return port;
        }

        public void setPort(int port) {
            this.port = port;
        }
    }

    /** The settings {@code reliable-mq.broker.management.*}. */
    public static class Management {

        /** Whether health and figures can be read over HTTP; the broker as a process switches it on. */
        private boolean enabled;

        /** Address to listen on; if empty, that of the broker where it is a loopback one, and 127.0.0.1 otherwise. */
        private String bindAddress = "";

        /** Port to listen on; 0 for any free one. The default gives way if it is taken, a chosen one does not. */
        private int port = 10912;

        private boolean portChosen;

        public boolean isEnabled() {
            return enabled;
        }

        public void setEnabled(boolean enabled) {
            this.enabled = enabled;
        }

        public String getBindAddress() {
            return bindAddress;
        }

        public void setBindAddress(String bindAddress) {
            this.bindAddress = bindAddress;
        }

        public int getPort() {
            return port;
        }

        public void setPort(int port) {
            this.port = port;
            this.portChosen = true;
        }

        boolean portWasChosen() {
            return portChosen;
        }
    }

    /** The settings {@code reliable-mq.broker.ssl.*}. */
    public static class Ssl {

        /** Name of the SSL bundle with the broker's certificate, and with whom it trusts; without one nothing is encrypted. */
        private String bundle = "";

        /** PERMISSIVE takes plain and encrypted connections on one port, ENFORCING encrypted ones, DISABLED plain ones. */
        private TlsMode mode = TlsMode.PERMISSIVE;

        /** Whether clients show a certificate that the bundle trusts. */
        private ServerTls.ClientAuth clientAuth = ServerTls.ClientAuth.NONE;

        /** Whether connections that the broker opens, to name servers and other brokers, are encrypted too. */
        private boolean outgoingEnabled = true;

        /** Whether the other side's certificate must be one for the address that the broker connects to. */
        private boolean verifyHostname = true;

        public String getBundle() {
            return bundle;
        }

        public void setBundle(String bundle) {
            this.bundle = bundle;
        }

        public TlsMode getMode() {
            return mode;
        }

        public void setMode(TlsMode mode) {
            this.mode = mode;
        }

        public ServerTls.ClientAuth getClientAuth() {
            return clientAuth;
        }

        public void setClientAuth(ServerTls.ClientAuth clientAuth) {
            this.clientAuth = clientAuth;
        }

        public boolean isOutgoingEnabled() {
            return outgoingEnabled;
        }

        public void setOutgoingEnabled(boolean outgoingEnabled) {
            this.outgoingEnabled = outgoingEnabled;
        }

        public boolean isVerifyHostname() {
            return verifyHostname;
        }

        public void setVerifyHostname(boolean verifyHostname) {
            this.verifyHostname = verifyHostname;
        }
    }
}
