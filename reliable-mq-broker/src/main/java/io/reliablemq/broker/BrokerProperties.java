package io.reliablemq.broker;

import io.reliablemq.broker.delivery.DelayLevels;
import io.reliablemq.broker.store.FlushDiskType;
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

    /** Number among the brokers of the same name; 0 is the master. */
    private long brokerId;

    /** Address to listen on, and the one that clients are told. Beyond loopback the broker is open to the network. */
    private String bindAddress = "127.0.0.1";

    /** Port to listen on; 0 for any free one. */
    private int listenPort = 10911;

    /** Folder of the messages and all state; made if it is missing. */
    private String dataDir = "reliable-mq-data";

    /** SYNC_FLUSH answers once a message is on disk, ASYNC_FLUSH before. */
    private FlushDiskType flushDiskType = FlushDiskType.SYNC_FLUSH;

    /** Part in replication. */
    private BrokerRole brokerRole = BrokerRole.ASYNC_MASTER;

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

    /** Whether a send to an unknown topic makes it. */
    private boolean autoCreateTopics = true;

    /** Most queues of a topic that is made by a send. */
    private int defaultQueueCount = 4;

    /** Name servers to register with, host:port; the broker's own if empty. */
    private List<String> nameServers = new ArrayList<>();

    /** The name server in the same process. */
    private final NameServer nameServer = new NameServer();

    /** Health and figures over HTTP. */
    private final Management management = new Management();

    /**
     * Checks everything and gives the settings.
     *
     * @throws BrokerStartException with one sentence that names the setting at fault
     */
    public BrokerSettings toSettings() {
        return new SettingsCheck(this).settings();
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

    public NameServer getNameServer() {
        return nameServer;
    }

    public Management getManagement() {
        return management;
    }

    /** The settings {@code reliable-mq.broker.name-server.*}. */
    public static class NameServer {

        /** Whether this process is a name server too. */
        private boolean enabled = true;

        /** Port of the name server; 0 for any free one. */
        private int port = 9876;

        public boolean isEnabled() {
            return enabled;
        }

        public void setEnabled(boolean enabled) {
            this.enabled = enabled;
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
}
