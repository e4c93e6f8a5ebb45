package io.reliablemq.spring.guarantee;

import io.reliablemq.spring.guarantee.BrokerFacts.Behaviour;
import io.reliablemq.spring.guarantee.BrokerFacts.Flush;
import io.reliablemq.spring.guarantee.BrokerFacts.Replication;
import io.reliablemq.spring.guarantee.BrokerFacts.Retention;
import io.reliablemq.spring.guarantee.BrokerFacts.Software;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads what a broker says about itself: by the names of Apache RocketMQ 5.5, and by those of this project's broker where it
 * is one. What a value does not say is left open, and nothing is put in its place.
 */
final class BrokerConfiguration {

    private static final String OURS = "reliable-mq.broker.";
    private static final String SYNC_FLUSH = "SYNC_FLUSH";
    private static final String SYNC_MASTER = "SYNC_MASTER";

    private final Map<String, String> configuration;
    private final Map<String, String> runtime;

    private BrokerConfiguration(Map<String, String> configuration, Map<String, String> runtime) {
        this.configuration = configuration;
        this.runtime = runtime;
    }

    static BrokerFacts read(
            String name, long id, String address, Map<String, String> configuration, Map<String, String> runtime) {
        BrokerConfiguration reading = new BrokerConfiguration(configuration, runtime);
        if (configuration.containsKey(OURS + "flush-disk-type")) {
            return reading.ours(name, id, address);
        }
        if (configuration.containsKey("flushDiskType")) {
            return reading.apache(name, id, address);
        }
        return BrokerFacts.unanswered(name, id, address, "what it says about its configuration is not understood");
    }

    private BrokerFacts ours(String name, long id, String address) {
        String flush = text(OURS + "flush-disk-type");
        String role = text(OURS + "broker-role");
        Integer inSyncReplicas = number(OURS + "in-sync-replicas");
        Duration retentionAge = duration(OURS + "retention.age");
        Boolean deletesUnconsumed = flag(OURS + "retention.delete-unconsumed");
        Duration deadLetterAge = duration(OURS + "retention.dead-letter-age");
        Boolean unreplicatedReads = flag(OURS + "allow-unreplicated-reads");
        Boolean createsTopics = flag(OURS + "auto-create-topics");
        return new BrokerFacts(
                name,
                id,
                address,
                Software.RELIABLE_MQ,
                null,
                flush == null
                        ? null
                        : new Flush(
                                flush.equals(SYNC_FLUSH),
                                duration(OURS + "flush-interval"),
                                null,
                                false,
                                duration(OURS + "sync-flush-timeout")),
                role == null || inSyncReplicas == null
                        ? null
                        : new Replication(
                                role,
                                role.equals(SYNC_MASTER) ? inSyncReplicas : 1,
                                false,
                                inSyncNow(),
                                role.equals(SYNC_MASTER) ? duration(OURS + "sync-slave-timeout") : null),
                deletesUnconsumed == null || deadLetterAge == null
                        ? null
                        : new Retention(retentionAge, deletesUnconsumed, false, deadLetterAge),
                unreplicatedReads == null || createsTopics == null
                        ? null
                        : new Behaviour(true, false, unreplicatedReads, createsTopics));
    }

    private @Nullable Integer inSyncNow() {
        String value = runtime.get("insync");
        return value == null ? null : parsed(value);
    }

    private BrokerFacts apache(String name, long id, String address) {
        String flush = text("flushDiskType");
        String role = text("brokerRole");
        Integer hours = number("fileReservedTime");
        Boolean createsTopics = flag("autoCreateTopicEnable");
        Boolean timersRetried = flag("timerEnableRetryUntilSuccess");
        Duration age = hours == null ? null : Duration.ofHours(hours);
        return new BrokerFacts(
                name,
                id,
                address,
                Software.APACHE,
                null,
                flush == null ? null : apacheFlush(flush.equals(SYNC_FLUSH), role),
                apacheReplication(role),
                age == null
                        ? null
                        : new Retention(age, true, !Boolean.FALSE.equals(flag("cleanFileForciblyEnable")), age),
                createsTopics == null || timersRetried == null
                        ? null
                        : new Behaviour(
                                false, !timersRetried, Boolean.TRUE.equals(flag("readUnCommitted")), createsTopics));
    }

    private Flush apacheFlush(boolean synchronous, @Nullable String role) {
        // It keeps messages in memory of its own only where it does not flush each of them, and is no slave.
        boolean pool = Boolean.TRUE.equals(flag("transientStorePoolEnable")) && !synchronous && !"SLAVE".equals(role);
        return new Flush(
                synchronous,
                milliseconds("flushIntervalCommitLog"),
                milliseconds("flushCommitLogThoroughInterval"),
                pool,
                milliseconds("syncFlushTimeout"));
    }

    /** How many brokers it waits for at least, whatever the role is called: by its defaults, for nobody but itself. */
    private @Nullable Replication apacheReplication(@Nullable String role) {
        if (role == null) {
            return null;
        }
        if (Boolean.TRUE.equals(flag("enableDLegerCommitLog"))) {
            return new Replication(role + " (DLedger)", 2, false, null, milliseconds("slaveTimeout"));
        }
        if (!role.equals(SYNC_MASTER)) {
            return new Replication(role, 1, false, null, null);
        }
        Integer wanted = number("inSyncReplicas");
        if (wanted == null) {
            return null;
        }
        Integer least = number("minInSyncReplicas");
        boolean lowers = Boolean.TRUE.equals(flag("enableAutoInSyncReplicas"))
                || Boolean.TRUE.equals(flag("allAckInSyncStateSet"));
        int needed = lowers ? Math.min(wanted, least == null ? 1 : least) : wanted;
        if (Boolean.TRUE.equals(flag("allAckInSyncStateSet"))) {
            needed = least == null ? 1 : least;
        }
        return new Replication(role, needed, lowers, null, milliseconds("slaveTimeout"));
    }

    private @Nullable String text(String key) {
        String value = configuration.get(key);
        return value == null || value.isBlank() ? null : value.strip();
    }

    private @Nullable Boolean flag(String key) {
        String value = text(key);
        return value == null ? null : Boolean.valueOf(value);
    }

    private @Nullable Integer number(String key) {
        String value = text(key);
        return value == null ? null : parsed(value);
    }

    private static @Nullable Integer parsed(String value) {
        return value.matches("-?\\d{1,9}") ? Integer.valueOf(value) : null;
    }

    private @Nullable Duration milliseconds(String key) {
        Integer value = number(key);
        return value == null ? null : Duration.ofMillis(value);
    }

    /** As our broker tells it: {@code 10ms}. */
    private @Nullable Duration duration(String key) {
        String value = text(key);
        return value != null && value.matches("\\d{1,18}ms")
                ? Duration.ofMillis(Long.parseLong(value.substring(0, value.length() - 2)))
                : null;
    }
}
