package io.reliablemq.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.reliablemq.broker.role.BrokerRole;
import io.reliablemq.broker.store.FlushDiskType;
import io.reliablemq.protocol.body.JsonBodies;
import io.reliablemq.protocol.command.Command;
import io.reliablemq.protocol.command.RequestCode;
import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a broker says of its own settings, as tools and the guarantee report ask for it. */
class ToldSettingsIT {

    @TempDir
    Path folder;

    private final WireClient wire = new WireClient();
    private Broker broker;

    @AfterEach
    void stop() {
        wire.close();
        if (broker != null) {
            broker.close();
        }
    }

    private Map<String, String> told() throws IOException {
        Command answer = wire.answer(broker.address(), Command.request(RequestCode.GET_BROKER_CONFIG, Map.of()));
        assertThat(answer.isSuccess()).isTrue();
        Properties read = new Properties();
        read.load(new StringReader(new String(answer.body().toByteArray(), StandardCharsets.UTF_8)));
        Map<String, String> told = new TreeMap<>();
        read.forEach((name, value) -> told.put(name.toString(), value.toString()));
        return told;
    }

    private record Runtime(Map<String, String> table) {}

    private Map<String, String> runtime() {
        Command answer = wire.answer(broker.address(), Command.request(RequestCode.GET_BROKER_RUNTIME_INFO, Map.of()));
        return JsonBodies.read(answer.body(), Runtime.class).table();
    }

    @Test
    void defaultsAreTold() throws Exception {
        broker = Broker.start(LocalProperties.in(folder).toSettings());

        assertThat(told())
                .containsEntry("brokerName", "broker-a")
                .containsEntry("brokerRole", "ASYNC_MASTER")
                .containsEntry("flushDiskType", "SYNC_FLUSH")
                .containsEntry("inSyncReplicas", "1")
                .containsEntry("listenPort", Integer.toString(broker.address().getPort()))
                .containsEntry("storePathRootDir", folder.toString())
                .containsEntry("reliable-mq.broker.flush-disk-type", "SYNC_FLUSH")
                .containsEntry("reliable-mq.broker.in-sync-replicas", "2")
                .containsEntry("reliable-mq.broker.retention.delete-unconsumed", "false")
                .containsEntry("reliable-mq.broker.retention.dead-letter-age", "0ms")
                .containsEntry("reliable-mq.broker.allow-unreplicated-reads", "false")
                .containsEntry("reliable-mq.broker.sync-flush-timeout", "5000ms");
    }

    @Test
    void settingsThatCanLoseMessagesAreTold() throws Exception {
        BrokerProperties properties = LocalProperties.in(folder);
        properties.setFlushDiskType(FlushDiskType.ASYNC_FLUSH);
        properties.setFlushInterval(Duration.ofMillis(25));
        properties.setBrokerRole(BrokerRole.SYNC_MASTER);
        properties.setAllowUnreplicatedReads(true);
        properties.setAutoCreateTopics(false);
        properties.getRetention().setDeleteUnconsumed(true);
        properties.getRetention().setDeadLetterAge(Duration.ofDays(2));
        broker = Broker.start(properties.toSettings());

        assertThat(told())
                .containsEntry("brokerRole", "SYNC_MASTER")
                .containsEntry("flushDiskType", "ASYNC_FLUSH")
                .containsEntry("inSyncReplicas", "2")
                .containsEntry("flushIntervalCommitLog", "25")
                .containsEntry("autoCreateTopicEnable", "false")
                .containsEntry("reliable-mq.broker.flush-interval", "25ms")
                .containsEntry("reliable-mq.broker.allow-unreplicated-reads", "true")
                .containsEntry("reliable-mq.broker.retention.delete-unconsumed", "true")
                .containsEntry("reliable-mq.broker.retention.dead-letter-age", "172800000ms");
        assertThat(runtime()).containsEntry("insync", "1");
    }

    @Test
    void aSlaveSaysThatItIsOne() throws Exception {
        BrokerProperties properties = LocalProperties.in(folder);
        properties.setBrokerRole(BrokerRole.SLAVE);
        properties.setBrokerId(1);
        properties.setMasterAddress("127.0.0.1:1");
        broker = Broker.start(properties.toSettings());

        assertThat(told())
                .containsEntry("brokerRole", "SLAVE")
                .containsEntry("brokerId", "1")
                .containsEntry("reliable-mq.broker.broker-role", "SLAVE");
        assertThat(runtime()).containsEntry("master.following", "0");
    }
}
