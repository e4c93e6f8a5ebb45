package io.reliablemq.spring.guarantee;

import static io.reliablemq.spring.guarantee.Severity.ADVICE;
import static io.reliablemq.spring.guarantee.Severity.CAN_LOSE;
import static io.reliablemq.spring.guarantee.Severity.UNKNOWN;
import static org.assertj.core.api.Assertions.assertThat;

import io.reliablemq.client.api.ConsumeFrom;
import io.reliablemq.spring.guarantee.BrokerFacts.Behaviour;
import io.reliablemq.spring.guarantee.BrokerFacts.Flush;
import io.reliablemq.spring.guarantee.BrokerFacts.Replication;
import io.reliablemq.spring.guarantee.BrokerFacts.Retention;
import io.reliablemq.spring.guarantee.BrokerFacts.Software;
import io.reliablemq.spring.guarantee.ProducerFacts.Compensation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The rules, row by row: each fact that can lose a message is found, by its name, with what closes it. */
class AssessmentTest {

    private static final Instant NOW = Instant.parse("2026-11-28T12:00:00Z");

    private static final Flush FLUSHED = new Flush(true, Duration.ofMillis(10), null, false, Duration.ofSeconds(5));
    private static final Replication PAIR = new Replication("SYNC_MASTER", 2, false, 2, Duration.ofSeconds(3));
    private static final Retention KEPT = new Retention(Duration.ofHours(72), false, false, Duration.ZERO);
    private static final Behaviour SAFE = new Behaviour(true, false, false, false);

    private static BrokerFacts broker(
            long id,
            Software software,
            @Nullable Flush flush,
            @Nullable Replication replication,
            @Nullable Retention retention,
            @Nullable Behaviour behaviour) {
        return new BrokerFacts(
                "broker-a", id, "10.0.0.1:1091" + id, software, null, flush, replication, retention, behaviour);
    }

    private static BrokerFacts ours(Flush flush, Replication replication, Retention retention, Behaviour behaviour) {
        return broker(0, Software.RELIABLE_MQ, flush, replication, retention, behaviour);
    }

    private static BrokerFacts slave(Software software, Flush flush) {
        return broker(1, software, flush, new Replication("SLAVE", 1, false, null, null), KEPT, SAFE);
    }

    private static GuaranteeReport storing(BrokerFacts... brokers) {
        return Assessment.of(new Facts(List.of(), Arrays.asList(brokers), null, List.of()), NOW);
    }

    /** A pair with one thing changed, on its master. */
    private static GuaranteeReport pair(BrokerFacts master) {
        return storing(master, slave(Software.RELIABLE_MQ, FLUSHED));
    }

    private static Finding only(GuaranteeReport report, Risk risk) {
        assertThat(report.findings()).extracting(Finding::risk).containsExactly(risk);
        return report.findings().get(0);
    }

    @Test
    void aStrictPairLosesNothing() {
        GuaranteeReport report = pair(ours(FLUSHED, PAIR, KEPT, SAFE));

        assertThat(report.findings()).isEmpty();
        assertThat(report.violations()).isEmpty();
        assertThat(report.guarantees())
                .containsExactly(new Guarantee(
                        Stage.STORING,
                        "broker-a",
                        "A message is acknowledged once it is on the master's disk and on the disk of 1 slave; it is kept for"
                                + " 72 h at least, and until every known group has consumed it"));
    }

    @Test
    void asynchronousFlush() {
        Finding finding = only(
                pair(ours(new Flush(false, Duration.ofMillis(10), null, false, null), PAIR, KEPT, SAFE)), Risk.FLUSH);

        assertThat(finding.severity()).isEqualTo(CAN_LOSE);
        assertThat(finding.subject()).isEqualTo("broker-a");
        assertThat(finding.what())
                .isEqualTo("ASYNC_FLUSH: a power cut, or a crash of the machine, loses up to 10 ms of acknowledged"
                        + " messages");
        assertThat(finding.property()).isEqualTo("reliable-mq.broker.flush-disk-type=SYNC_FLUSH");
    }

    @Test
    void aMasterThatWaitsForNobody() {
        GuaranteeReport report = storing(ours(FLUSHED, new Replication("ASYNC_MASTER", 1, false, 1, null), KEPT, SAFE));
        Finding finding = only(report, Risk.REPLICATION);

        assertThat(finding.severity()).isEqualTo(CAN_LOSE);
        assertThat(finding.what())
                .isEqualTo("Not replicated: ASYNC_MASTER answers without waiting for a slave, so that the loss of its"
                        + " disk loses acknowledged messages");
        assertThat(finding.action()).isEqualTo("Set reliable-mq.broker.broker-role=SYNC_MASTER and give it a slave");
    }

    @Test
    void aSlaveThatIsMissingKeepsMessagesFromBeingAcknowledged() {
        GuaranteeReport report =
                pair(ours(FLUSHED, new Replication("SYNC_MASTER", 2, false, 1, Duration.ofSeconds(3)), KEPT, SAFE));

        assertThat(only(report, Risk.SLAVE_MISSING).severity()).isEqualTo(ADVICE);
        assertThat(report.violations()).isEmpty();
    }

    @Test
    void aSlaveThatConfirmsBeforeItsFlush() {
        Flush late = new Flush(false, Duration.ofMillis(10), null, false, null);
        GuaranteeReport report = storing(ours(FLUSHED, PAIR, KEPT, SAFE), slave(Software.RELIABLE_MQ, late));
        Finding finding = only(report, Risk.SLAVE_FLUSH);

        assertThat(finding.severity()).isEqualTo(ADVICE);
        assertThat(finding.what()).startsWith("broker-a slave 1 may confirm what is not on disk there yet");
        assertThat(finding.action()).isEqualTo("Set reliable-mq.broker.flush-disk-type=SYNC_FLUSH on the slaves");
        assertThat(report.guarantees().get(0).text()).contains("on the master's disk and with 1 slave");
    }

    @Test
    void deletionOfWhatIsNotConsumed() {
        Finding finding = only(
                pair(ours(FLUSHED, PAIR, new Retention(Duration.ofHours(72), true, false, Duration.ZERO), SAFE)),
                Risk.RETENTION);

        assertThat(finding.severity()).isEqualTo(CAN_LOSE);
        assertThat(finding.what())
                .isEqualTo("Messages are deleted after 72 h whether or not a group has consumed them");
        assertThat(finding.property()).isEqualTo("reliable-mq.broker.retention.delete-unconsumed=false");
    }

    @Test
    void whatIsKeptForEverIsNotDeleted() {
        assertThat(pair(ours(FLUSHED, PAIR, new Retention(Duration.ZERO, true, false, Duration.ZERO), SAFE))
                        .findings())
                .isEmpty();
    }

    @Test
    void deadLettersThatExpire() {
        Finding finding = only(
                pair(ours(FLUSHED, PAIR, new Retention(Duration.ofHours(72), false, false, Duration.ofDays(5)), SAFE)),
                Risk.DEAD_LETTERS_EXPIRE);

        assertThat(finding.severity()).isEqualTo(CAN_LOSE);
        assertThat(finding.what()).startsWith("Dead letters are deleted after 5 days");
        assertThat(finding.property()).isEqualTo("reliable-mq.broker.retention.dead-letter-age=0");
    }

    @Test
    void readsOfWhatIsNotReplicatedAndTopicsThatMakeThemselves() {
        GuaranteeReport report = pair(ours(FLUSHED, PAIR, KEPT, new Behaviour(true, false, true, true)));

        assertThat(report.findings())
                .extracting(Finding::risk)
                .containsExactly(Risk.UNREPLICATED_READS, Risk.AUTO_CREATE);
        assertThat(report.findings())
                .extracting(Finding::property)
                .containsExactly(
                        "reliable-mq.broker.allow-unreplicated-reads=false",
                        "reliable-mq.broker.auto-create-topics=false");
        assertThat(report.violations()).isEmpty();
    }

    private static BrokerFacts apache(Flush flush, Replication replication) {
        return broker(
                0,
                Software.APACHE,
                flush,
                replication,
                new Retention(Duration.ofHours(72), true, true, Duration.ofHours(72)),
                new Behaviour(false, true, false, true));
    }

    @Test
    void apacheSyncMasterThatWaitsForNobodyIsNotReplicated() {
        GuaranteeReport report = storing(
                apache(FLUSHED, new Replication("SYNC_MASTER", 1, false, null, Duration.ofSeconds(3))),
                slave(Software.APACHE, FLUSHED));

        assertThat(report.findings())
                .filteredOn(finding -> finding.risk() == Risk.REPLICATION)
                .singleElement()
                .satisfies(finding -> {
                    assertThat(finding.severity()).isEqualTo(CAN_LOSE);
                    assertThat(finding.what())
                            .startsWith("Not replicated: SYNC_MASTER with inSyncReplicas 1 answers without waiting");
                    assertThat(finding.action())
                            .isEqualTo("Set brokerRole=SYNC_MASTER and inSyncReplicas=2 in its broker.conf");
                });
    }

    @Test
    void apacheThatLowersItsDemands() {
        GuaranteeReport report =
                storing(apache(FLUSHED, new Replication("SYNC_MASTER", 1, true, null, Duration.ofSeconds(3))));

        assertThat(report.findings())
                .filteredOn(finding -> finding.risk() == Risk.REPLICATION)
                .singleElement()
                .satisfies(finding -> {
                    assertThat(finding.what()).contains("waits for fewer slaves where fewer are there, down to none");
                    assertThat(finding.action())
                            .isEqualTo("Set minInSyncReplicas=2 in its broker.conf, and give it a slave");
                });
    }

    @Test
    void apachePairStillHasWhatNoSettingCloses() {
        GuaranteeReport report = storing(
                apache(FLUSHED, new Replication("SYNC_MASTER", 2, false, null, Duration.ofSeconds(3))),
                slave(Software.APACHE, FLUSHED));

        assertThat(report.violations())
                .extracting(Finding::risk)
                .containsExactly(Risk.RETENTION, Risk.DEAD_LETTERS_EXPIRE, Risk.INTERNAL_COPIES, Risk.TIMERS);
        assertThat(report.findings())
                .filteredOn(finding -> finding.severity() == ADVICE)
                .extracting(Finding::risk)
                .containsExactly(Risk.SLAVE_FLUSH, Risk.AUTO_CREATE);
        assertThat(report.findings())
                .filteredOn(finding -> finding.risk() == Risk.TIMERS)
                .singleElement()
                .satisfies(finding -> assertThat(finding.action())
                        .isEqualTo("Set timerEnableRetryUntilSuccess=true in its broker.conf"));
        assertThat(report.guarantees().get(0).text())
                .isEqualTo("A message is acknowledged once it is on the master's disk and with 1 slave; it is kept for"
                        + " 72 h, consumed or not");
    }

    @Test
    void apacheWithItsDefaultFlushAndPool() {
        Flush flush = new Flush(false, Duration.ofMillis(500), Duration.ofSeconds(10), true, null);
        GuaranteeReport report = storing(apache(flush, new Replication("ASYNC_MASTER", 1, false, null, null)));

        assertThat(report.findings(Stage.STORING))
                .filteredOn(finding -> finding.risk() == Risk.FLUSH)
                .singleElement()
                .satisfies(finding -> {
                    assertThat(finding.what())
                            .contains("loses up to 500 ms, and up to 10 s while little is written, of acknowledged");
                    assertThat(finding.property()).isEqualTo("flushDiskType=SYNC_FLUSH");
                });
        assertThat(report.findings())
                .filteredOn(finding -> finding.risk() == Risk.TRANSIENT_POOL)
                .singleElement()
                .satisfies(finding -> assertThat(finding.severity()).isEqualTo(CAN_LOSE));
    }

    @Test
    void aBrokerThatDoesNotAnswerIsUnknown() {
        GuaranteeReport report = storing(BrokerFacts.unanswered("broker-b", 0, "10.0.0.9:1", "no permission"));
        Finding finding = only(report, Risk.BROKER_UNKNOWN);

        assertThat(finding.severity()).isEqualTo(UNKNOWN);
        assertThat(finding.subject()).isEqualTo("broker-b");
        assertThat(finding.what()).isEqualTo("Unknown: how it keeps messages is not known: no permission");
        assertThat(report.guarantees()).isEmpty();
        assertThat(report.violations()).hasSize(1);
    }

    @Test
    void whatABrokerDoesNotSayIsUnknown() {
        GuaranteeReport report = storing(broker(0, Software.RELIABLE_MQ, null, null, null, null));

        assertThat(report.findings()).hasSize(4).allSatisfy(finding -> {
            assertThat(finding.risk()).isEqualTo(Risk.BROKER_UNKNOWN);
            assertThat(finding.severity()).isEqualTo(UNKNOWN);
        });
        assertThat(report.guarantees()).isEmpty();
    }

    @Test
    void aNameWithoutItsMasterIsUnknown() {
        Finding finding = only(storing(slave(Software.RELIABLE_MQ, FLUSHED)), Risk.BROKER_UNKNOWN);

        assertThat(finding.what()).contains("its master is away");
        assertThat(finding.severity()).isEqualTo(UNKNOWN);
    }

    @Test
    void nobodyToAskIsUnknown() {
        assertThat(only(storing(), Risk.BROKER_UNKNOWN).what()).contains("the name servers know none");
        Facts facts = new Facts(List.of(), List.of(), "no connection", List.of());
        assertThat(only(Assessment.of(facts, NOW), Risk.BROKER_UNKNOWN).what()).contains("no connection");
    }

    @Test
    void eachNameIsJudgedByItself() {
        BrokerFacts other =
                new BrokerFacts("broker-b", 0, "10.0.0.3:10911", Software.RELIABLE_MQ, null, FLUSHED, PAIR, KEPT, SAFE);

        GuaranteeReport report =
                storing(ours(FLUSHED, new Replication("ASYNC_MASTER", 1, false, 1, null), KEPT, SAFE), other);

        assertThat(report.violations()).extracting(Finding::subject).containsExactly("broker-a");
        assertThat(report.guarantees()).extracting(Guarantee::subject).containsExactly("broker-a", "broker-b");
    }

    private static final ProducerFacts CAREFUL =
            new ProducerFacts("shop", 2, 2, true, Duration.ofSeconds(10), Compensation.HANDLER, 0, false);

    private static GuaranteeReport producing(ProducerFacts producer) {
        BrokerFacts master = ours(FLUSHED, PAIR, KEPT, SAFE);
        BrokerFacts slave = slave(Software.RELIABLE_MQ, FLUSHED);
        return Assessment.of(new Facts(List.of(producer), List.of(master, slave), null, List.of()), NOW);
    }

    @Test
    void aCarefulProducer() {
        GuaranteeReport report = producing(CAREFUL);

        assertThat(report.findings()).isEmpty();
        assertThat(report.guarantees(Stage.PRODUCING))
                .containsExactly(new Guarantee(
                        Stage.PRODUCING,
                        "shop",
                        "A send is a success only after SEND_OK, with up to 3 attempts in 10 s; what fails is handed to"
                                + " the application's SendFailureHandler"));
    }

    @Test
    void whatBecomesOfFailedSends() {
        ProducerFacts caller =
                new ProducerFacts("shop", 2, 2, true, Duration.ofSeconds(10), Compensation.CALLER, 0, false);
        ProducerFacts journal =
                new ProducerFacts("shop", 2, 2, true, Duration.ofSeconds(10), Compensation.JOURNAL, 0, false);
        ProducerFacts outbox =
                new ProducerFacts("shop", 2, 2, true, Duration.ofSeconds(10), Compensation.OUTBOX, 0, false);

        assertThat(only(producing(caller), Risk.UNCOMPENSATED).property()).isEqualTo("reliable-mq.outbox.enabled=true");
        assertThat(only(producing(journal), Risk.LOCAL_JOURNAL).severity()).isEqualTo(ADVICE);
        assertThat(producing(outbox).findings()).isEmpty();
    }

    @Test
    void oneWaySends() {
        Finding finding = only(
                producing(
                        new ProducerFacts("shop", 2, 2, true, Duration.ofSeconds(10), Compensation.HANDLER, 3, false)),
                Risk.ONE_WAY);

        assertThat(finding.severity()).isEqualTo(CAN_LOSE);
        assertThat(finding.what()).startsWith("3 messages were sent one-way");
    }

    @Test
    void sendsAfterTheCommit() {
        Finding finding = only(
                producing(new ProducerFacts("shop", 2, 2, true, Duration.ofSeconds(10), Compensation.HANDLER, 0, true)),
                Risk.AFTER_COMMIT);

        assertThat(finding.severity()).isEqualTo(CAN_LOSE);
        assertThat(finding.action())
                .isEqualTo("Set reliable-mq.template.in-transaction=outbox and reliable-mq.outbox.enabled=true");
    }

    @Test
    void producersThatGiveUpSoon() {
        assertThat(only(
                                producing(new ProducerFacts(
                                        "shop", 0, 2, true, Duration.ofSeconds(10), Compensation.HANDLER, 0, false)),
                                Risk.NO_RETRY)
                        .property())
                .isEqualTo("reliable-mq.producer.retry-times-when-send-failed=2");
        assertThat(only(
                                producing(new ProducerFacts(
                                        "shop", 2, 0, true, Duration.ofSeconds(10), Compensation.HANDLER, 0, false)),
                                Risk.NO_RETRY)
                        .property())
                .isEqualTo("reliable-mq.producer.retry-times-when-send-async-failed=2");
        assertThat(only(
                                producing(new ProducerFacts(
                                        "shop", 2, 2, false, Duration.ofSeconds(10), Compensation.HANDLER, 0, false)),
                                Risk.UNSAFE_NOT_RETRIED)
                        .property())
                .isEqualTo("reliable-mq.producer.retry-another-broker-when-not-store-ok=true");
    }

    @Test
    void aSendThatDoesNotWaitForTheBrokersOwnBounds() {
        Finding finding = only(
                producing(new ProducerFacts("shop", 2, 2, true, Duration.ofSeconds(3), Compensation.HANDLER, 0, false)),
                Risk.IMPATIENT);

        assertThat(finding.severity()).isEqualTo(ADVICE);
        assertThat(finding.what()).startsWith("A send gives up after 3 s, while a broker may take 5 s");
        assertThat(finding.property()).isEqualTo("reliable-mq.producer.send-timeout=7000ms");
    }

    private static GroupFacts group(boolean broadcasting, ConsumeFrom from, int retries, @Nullable Boolean idempotent) {
        return new GroupFacts("billing", Set.of("orders"), broadcasting, false, from, retries, idempotent, true);
    }

    private static List<Finding> consuming(GroupFacts group) {
        Facts facts = new Facts(
                List.of(),
                List.of(ours(FLUSHED, PAIR, KEPT, SAFE), slave(Software.RELIABLE_MQ, FLUSHED)),
                null,
                List.of(group));
        return new ArrayList<>(Assessment.of(facts, NOW).findings());
    }

    @Test
    void aGroupWhoseFailedMessagesABrokerDrops() {
        GroupFacts group = group(false, ConsumeFrom.FIRST_OFFSET, 15, true).discardedBy(Set.of("broker-a"));

        assertThat(consuming(group)).singleElement().satisfies(finding -> {
            assertThat(finding.risk()).isEqualTo(Risk.DISCARDED);
            assertThat(finding.severity()).isEqualTo(CAN_LOSE);
            assertThat(finding.what()).startsWith("broker-a has no retry queue for the group");
            assertThat(finding.action()).contains("retryQueueNums=1", "updateSubGroup -q 1 -g billing");
        });
    }

    @Test
    void aGroupThatLosesNothing() {
        GroupFacts group = group(false, ConsumeFrom.FIRST_OFFSET, 15, true);

        assertThat(consuming(group)).isEmpty();
        assertThat(Assessment.of(new Facts(List.of(), List.of(), null, List.of(group)), NOW)
                        .guarantees(Stage.CONSUMING))
                .extracting(Guarantee::text)
                .containsExactly(
                        "A message of orders is acknowledged only after its listener returned; what fails is kept"
                                + " by the broker, handed out again up to 15 times, then kept as a dead letter");
    }

    @Test
    void groupsThatLoseOrSkip() {
        assertThat(consuming(group(true, ConsumeFrom.FIRST_OFFSET, 15, true)))
                .singleElement()
                .satisfies(finding -> {
                    assertThat(finding.risk()).isEqualTo(Risk.BROADCAST);
                    assertThat(finding.severity()).isEqualTo(CAN_LOSE);
                });
        assertThat(consuming(group(false, ConsumeFrom.LAST_OFFSET, 15, true)))
                .singleElement()
                .satisfies(finding -> {
                    assertThat(finding.risk()).isEqualTo(Risk.SKIPS_EARLIER);
                    assertThat(finding.severity()).isEqualTo(CAN_LOSE);
                    assertThat(finding.what()).contains("(consume-from: last-offset)");
                    assertThat(finding.property()).isEqualTo("reliable-mq.consumer.consume-from=first-offset");
                });
        assertThat(consuming(group(false, ConsumeFrom.TIMESTAMP, 15, true)))
                .extracting(Finding::risk)
                .containsExactly(Risk.SKIPS_EARLIER);
    }

    @Test
    void whatAGroupShouldKnow() {
        assertThat(consuming(group(false, ConsumeFrom.FIRST_OFFSET, 15, false)))
                .singleElement()
                .satisfies(finding -> {
                    assertThat(finding.risk()).isEqualTo(Risk.NOT_IDEMPOTENT);
                    assertThat(finding.severity()).isEqualTo(ADVICE);
                });
        assertThat(consuming(group(false, ConsumeFrom.FIRST_OFFSET, 15, null)))
                .singleElement()
                .satisfies(finding -> assertThat(finding.what()).contains("is not known"));
        assertThat(consuming(group(false, ConsumeFrom.FIRST_OFFSET, 0, true)))
                .extracting(Finding::risk)
                .containsExactly(Risk.NO_RECONSUME);
        assertThat(consuming(new GroupFacts(
                        "billing", Set.of("orders"), false, false, ConsumeFrom.FIRST_OFFSET, 15, true, false)))
                .singleElement()
                .satisfies(finding -> {
                    assertThat(finding.risk()).isEqualTo(Risk.DEAD_LETTERS_UNHEARD);
                    assertThat(finding.severity()).isEqualTo(ADVICE);
                    assertThat(finding.what()).contains("%DLQ%billing");
                });
    }

    @Test
    void acceptedRisksAreShownAndNoViolation() {
        GuaranteeReport report = storing(ours(FLUSHED, new Replication("ASYNC_MASTER", 1, false, 1, null), KEPT, SAFE))
                .accepting(List.of(Risk.REPLICATION));

        assertThat(report.findings())
                .singleElement()
                .satisfies(finding -> assertThat(finding.accepted()).isTrue());
        assertThat(report.violations()).isEmpty();
        assertThat(report.count(Stage.STORING, CAN_LOSE)).isZero();
    }

    @Test
    void theGraveOnesOfEachStageComeFirst() {
        GuaranteeReport report = Assessment.of(
                new Facts(
                        List.of(new ProducerFacts(
                                "shop", 0, 2, true, Duration.ofSeconds(10), Compensation.HANDLER, 1, false)),
                        List.of(ours(
                                FLUSHED,
                                new Replication("ASYNC_MASTER", 1, false, 1, null),
                                KEPT,
                                new Behaviour(true, false, false, true))),
                        null,
                        List.of()),
                NOW);

        assertThat(report.findings())
                .extracting(Finding::risk)
                .containsExactly(Risk.ONE_WAY, Risk.NO_RETRY, Risk.REPLICATION, Risk.AUTO_CREATE);
    }

    @Test
    void theSameFactsSayTheSame() {
        BrokerFacts master = ours(FLUSHED, PAIR, KEPT, SAFE);

        assertThat(storing(master).saysTheSameAs(storing(master))).isTrue();
        assertThat(storing(master).saysTheSameAs(null)).isFalse();
    }

    @Test
    void theBlockInTheLog() throws IOException {
        GuaranteeReport report = Assessment.of(
                new Facts(
                        List.of(CAREFUL),
                        List.of(
                                ours(new Flush(false, Duration.ofMillis(10), null, false, null), PAIR, KEPT, SAFE),
                                slave(Software.RELIABLE_MQ, FLUSHED)),
                        null,
                        List.of(group(true, ConsumeFrom.FIRST_OFFSET, 15, true))),
                NOW);

        // The guide shows this file.
        assertThat(ReportText.of(report.accepting(List.of(Risk.BROADCAST))).lines())
                .containsExactlyElementsOf(
                        Files.readAllLines(Path.of("../src-docs/src/docs/asciidoc/guarantee/report.txt")));
    }
}
