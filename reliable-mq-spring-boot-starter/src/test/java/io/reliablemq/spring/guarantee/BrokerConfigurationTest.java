package io.reliablemq.spring.guarantee;

import static org.assertj.core.api.Assertions.assertThat;

import io.reliablemq.spring.guarantee.BrokerFacts.Behaviour;
import io.reliablemq.spring.guarantee.BrokerFacts.Flush;
import io.reliablemq.spring.guarantee.BrokerFacts.Replication;
import io.reliablemq.spring.guarantee.BrokerFacts.Retention;
import io.reliablemq.spring.guarantee.BrokerFacts.Software;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the answers of brokers are read as. */
class BrokerConfigurationTest {

    private static BrokerFacts read(Map<String, String> configuration, Map<String, String> runtime) {
        return BrokerConfiguration.read("broker-a", 0, "10.0.0.1:10911", configuration, runtime);
    }

    /** What a broker of Apache RocketMQ 5.5.0 with its own defaults answers, as far as it is read. */
    private static Map<String, String> apache() {
        return new HashMap<>(Map.ofEntries(
                Map.entry("flushDiskType", "ASYNC_FLUSH"),
                Map.entry("flushIntervalCommitLog", "500"),
                Map.entry("flushCommitLogThoroughInterval", "10000"),
                Map.entry("syncFlushTimeout", "5000"),
                Map.entry("brokerRole", "ASYNC_MASTER"),
                Map.entry("inSyncReplicas", "1"),
                Map.entry("minInSyncReplicas", "1"),
                Map.entry("enableAutoInSyncReplicas", "false"),
                Map.entry("allAckInSyncStateSet", "false"),
                Map.entry("slaveTimeout", "3000"),
                Map.entry("transientStorePoolEnable", "false"),
                Map.entry("fileReservedTime", "72"),
                Map.entry("cleanFileForciblyEnable", "true"),
                Map.entry("timerEnableRetryUntilSuccess", "false"),
                Map.entry("readUnCommitted", "false"),
                Map.entry("autoCreateTopicEnable", "true")));
    }

    private static Map<String, String> ours() {
        return new HashMap<>(Map.ofEntries(
                Map.entry("flushDiskType", "SYNC_FLUSH"),
                Map.entry("reliable-mq.broker.flush-disk-type", "SYNC_FLUSH"),
                Map.entry("reliable-mq.broker.flush-interval", "10ms"),
                Map.entry("reliable-mq.broker.sync-flush-timeout", "5000ms"),
                Map.entry("reliable-mq.broker.broker-role", "SYNC_MASTER"),
                Map.entry("reliable-mq.broker.in-sync-replicas", "2"),
                Map.entry("reliable-mq.broker.sync-slave-timeout", "3000ms"),
                Map.entry("reliable-mq.broker.allow-unreplicated-reads", "false"),
                Map.entry("reliable-mq.broker.retention.age", "259200000ms"),
                Map.entry("reliable-mq.broker.retention.delete-unconsumed", "false"),
                Map.entry("reliable-mq.broker.retention.dead-letter-age", "0ms"),
                Map.entry("reliable-mq.broker.auto-create-topics", "true")));
    }

    @Test
    void ourBroker() {
        BrokerFacts facts = read(ours(), Map.of("insync", "2"));

        assertThat(facts.software()).isEqualTo(Software.RELIABLE_MQ);
        assertThat(facts.problem()).isNull();
        assertThat(facts.flush()).isEqualTo(new Flush(true, Duration.ofMillis(10), null, false, Duration.ofSeconds(5)));
        assertThat(facts.replication()).isEqualTo(new Replication("SYNC_MASTER", 2, false, 2, Duration.ofSeconds(3)));
        assertThat(facts.retention()).isEqualTo(new Retention(Duration.ofHours(72), false, false, Duration.ZERO));
        assertThat(facts.behaviour()).isEqualTo(new Behaviour(true, false, false, true));
    }

    @Test
    void ourMasterThatWaitsForNobody() {
        Map<String, String> configuration = ours();
        configuration.put("reliable-mq.broker.broker-role", "ASYNC_MASTER");

        assertThat(read(configuration, Map.of()).replication())
                .isEqualTo(new Replication("ASYNC_MASTER", 1, false, null, null));
    }

    @Test
    void apacheWithItsDefaults() {
        BrokerFacts facts = read(apache(), Map.of());

        assertThat(facts.software()).isEqualTo(Software.APACHE);
        assertThat(facts.flush())
                .isEqualTo(
                        new Flush(false, Duration.ofMillis(500), Duration.ofSeconds(10), false, Duration.ofSeconds(5)));
        assertThat(facts.replication()).isEqualTo(new Replication("ASYNC_MASTER", 1, false, null, null));
        assertThat(facts.retention()).isEqualTo(new Retention(Duration.ofHours(72), true, true, Duration.ofHours(72)));
        assertThat(facts.behaviour()).isEqualTo(new Behaviour(false, true, false, true));
    }

    /** By the rules of Apache RocketMQ 5.5.0: how many brokers a put waits for at least. */
    @ParameterizedTest
    @CsvSource({
        // role, inSyncReplicas, enableAutoInSyncReplicas, minInSyncReplicas, allAckInSyncStateSet, DLedger: needed
        "ASYNC_MASTER, 2, false, 1, false, false, 1",
        "SYNC_MASTER, 1, false, 1, false, false, 1",
        "SYNC_MASTER, 2, false, 1, false, false, 2",
        "SYNC_MASTER, 3, false, 1, false, false, 3",
        "SYNC_MASTER, 2, true, 1, false, false, 1",
        "SYNC_MASTER, 3, true, 2, false, false, 2",
        "SYNC_MASTER, 1, false, 1, true, false, 1",
        "SYNC_MASTER, 1, false, 2, true, false, 2",
        "ASYNC_MASTER, 1, false, 1, false, true, 2",
    })
    void apacheWaitsForAsManyAsItsSettingsSay(
            String role, int inSync, boolean auto, int least, boolean allAck, boolean dledger, int needed) {
        Map<String, String> configuration = apache();
        configuration.put("brokerRole", role);
        configuration.put("inSyncReplicas", Integer.toString(inSync));
        configuration.put("enableAutoInSyncReplicas", Boolean.toString(auto));
        configuration.put("minInSyncReplicas", Integer.toString(least));
        configuration.put("allAckInSyncStateSet", Boolean.toString(allAck));
        configuration.put("enableDLegerCommitLog", Boolean.toString(dledger));

        assertThat(read(configuration, Map.of()).replication())
                .isNotNull()
                .satisfies(replication -> assertThat(replication.needed()).isEqualTo(needed));
    }

    @ParameterizedTest
    @CsvSource({
        "ASYNC_FLUSH, ASYNC_MASTER, true",
        "ASYNC_FLUSH, SLAVE, false",
        "SYNC_FLUSH, ASYNC_MASTER, false",
    })
    void apachePoolCountsWhereItIsUsed(String flush, String role, boolean pool) {
        Map<String, String> configuration = apache();
        configuration.put("transientStorePoolEnable", "true");
        configuration.put("flushDiskType", flush);
        configuration.put("brokerRole", role);

        assertThat(read(configuration, Map.of()).flush())
                .isNotNull()
                .satisfies(found -> assertThat(found.transientPool()).isEqualTo(pool));
    }

    @Test
    void whatIsMissingIsUnknown() {
        Map<String, String> configuration = apache();
        configuration.remove("brokerRole");
        configuration.remove("fileReservedTime");
        configuration.put("flushIntervalCommitLog", "soon");

        BrokerFacts facts = read(configuration, Map.of());

        assertThat(facts.replication()).isNull();
        assertThat(facts.retention()).isNull();
        assertThat(facts.flush())
                .isNotNull()
                .satisfies(flush -> assertThat(flush.window()).isNull());
    }

    @Test
    void anAnswerOfSomebodyElseIsNotUnderstood() {
        BrokerFacts facts = read(Map.of("port", "1"), Map.of());

        assertThat(facts.software()).isEqualTo(Software.UNKNOWN);
        assertThat(facts.problem()).contains("not understood");
    }
}
