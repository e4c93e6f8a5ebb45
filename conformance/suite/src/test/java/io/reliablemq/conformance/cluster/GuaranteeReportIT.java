package io.reliablemq.conformance.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.reliablemq.broker.Broker;
import io.reliablemq.broker.BrokerProperties;
import io.reliablemq.client.MqClient;
import io.reliablemq.client.api.ClientSettings;
import io.reliablemq.conformance.broker.ApacheProcess;
import io.reliablemq.conformance.broker.ApacheProcess.Role;
import io.reliablemq.conformance.process.ChildProcess;
import io.reliablemq.conformance.process.FreePorts;
import io.reliablemq.spring.guarantee.ApplicationFacts;
import io.reliablemq.spring.guarantee.BrokerFactsCollector;
import io.reliablemq.spring.guarantee.Finding;
import io.reliablemq.spring.guarantee.GroupFacts;
import io.reliablemq.spring.guarantee.GuaranteeInspector;
import io.reliablemq.spring.guarantee.GuaranteeReport;
import io.reliablemq.spring.guarantee.ProducerFacts;
import io.reliablemq.spring.guarantee.Risk;
import io.reliablemq.spring.guarantee.Severity;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * The guarantee report on a broker of Apache RocketMQ that is called {@code SYNC_MASTER} and has otherwise its defaults, beside
 * one of ours: what each of them says is asked for over the protocol.
 */
@Execution(ExecutionMode.CONCURRENT)
class GuaranteeReportIT {

    private static final Duration BOUND = Duration.ofSeconds(90);

    @TempDir
    Path folder;

    @Test
    void apachesBrokerIsReportedByWhatItAnswers() throws Exception {
        BrokerProperties properties = new BrokerProperties();
        properties.setName("ours");
        properties.setListenPort(0);
        properties.getNameServer().setPort(0);
        properties.setDataDir(folder.resolve("ours").toString());
        int port = FreePorts.nextWithNeighbours(2, 1);
        try (Broker ours = Broker.start(properties.toSettings())) {
            String nameServer = "127.0.0.1:" + ours.nameServerAddress().getPort();
            try (ChildProcess apache = ApacheProcess.broker(
                            folder.resolve("apache"),
                            nameServer,
                            "apache",
                            Role.SYNC_MASTER,
                            port,
                            Map.of("inSyncReplicas", "1", "flushDiskType", "ASYNC_FLUSH"));
                    MqClient client = MqClient.create(ClientSettings.of(nameServer))) {
                GuaranteeInspector inspector = new GuaranteeInspector(
                        new NoApplication(), new BrokerFactsCollector(client.cluster()), List.of(), Clock.systemUTC());
                await("Apache's broker answers")
                        .atMost(BOUND)
                        .ignoreExceptionsMatching(failure -> {
                            apache.requireAlive();
                            return true;
                        })
                        .until(() -> inspect(inspector).guarantees().size() == 2);

                GuaranteeReport report = inspect(inspector);

                assertThat(of(report, "apache", Severity.CAN_LOSE))
                        .extracting(Finding::risk)
                        .containsExactly(
                                Risk.FLUSH,
                                Risk.REPLICATION,
                                Risk.RETENTION,
                                Risk.DEAD_LETTERS_EXPIRE,
                                Risk.INTERNAL_COPIES,
                                Risk.TIMERS);
                assertThat(of(report, "apache", Severity.CAN_LOSE))
                        .extracting(Finding::what)
                        .startsWith(
                                "ASYNC_FLUSH: a power cut, or a crash of the machine, loses up to 500 ms, and up to 10 s"
                                        + " while little is written, of acknowledged messages",
                                "Not replicated: SYNC_MASTER with inSyncReplicas 1 answers without waiting for a slave, so"
                                        + " that the loss of its disk loses acknowledged messages",
                                "Messages are deleted after 72 h, or before when the disk fills, whether or not a group has"
                                        + " consumed them");
                assertThat(of(report, "ours", Severity.CAN_LOSE))
                        .extracting(Finding::risk)
                        .containsExactly(Risk.REPLICATION);
                assertThat(report.findings()).noneMatch(finding -> finding.severity() == Severity.UNKNOWN);
                // In its first seconds Apache's broker has no figures, and answers that it failed.
                await("Apache's broker tells its version")
                        .atMost(BOUND)
                        .ignoreExceptionsInstanceOf(CompletionException.class)
                        .untilAsserted(() -> assertThat(client.cluster()
                                        .runtime(client.cluster()
                                                .brokers()
                                                .join()
                                                .get(0))
                                        .join())
                                .containsEntry("brokerVersionDesc", "V5_5_0"));
            }
        }
    }

    private static GuaranteeReport inspect(GuaranteeInspector inspector) throws Exception {
        return inspector.inspect().get(20, TimeUnit.SECONDS);
    }

    private static List<Finding> of(GuaranteeReport report, String broker, Severity severity) {
        return report.findings().stream()
                .filter(finding -> finding.subject().equals(broker) && finding.severity() == severity)
                .toList();
    }

    /** Nobody sends or listens here. */
    private static final class NoApplication implements ApplicationFacts {

        @Override
        public List<ProducerFacts> producers() {
            return List.of();
        }

        @Override
        public List<GroupFacts> groups() {
            return List.of();
        }
    }
}
