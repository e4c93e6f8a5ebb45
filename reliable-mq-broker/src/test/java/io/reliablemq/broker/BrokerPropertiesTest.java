package io.reliablemq.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.reliablemq.broker.role.BrokerRole;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

class BrokerPropertiesTest {

    @Test
    void defaultsAreTheSafeOnes() {
        BrokerSettings settings = new BrokerProperties().toSettings();

        assertThat(settings.flushDiskType()).hasToString("SYNC_FLUSH");
        assertThat(settings.brokerRole()).isEqualTo(BrokerRole.ASYNC_MASTER);
        assertThat(settings.bindAddress().isLoopbackAddress()).isTrue();
        assertThat(settings.flushInterval()).isEqualTo(Duration.ofMillis(10));
        assertThat(settings.messageDelayLevel().highest()).isEqualTo(18);
        assertThat(settings.flushBytes()).isEqualTo(4 << 20);
        assertThat(settings.syncFlushTimeout()).isEqualTo(Duration.ofSeconds(5));
        assertThat(settings.segmentBytes()).isEqualTo(256 << 20);
        assertThat(settings.management().enabled()).isFalse();
        assertThat(settings.management().port()).isEqualTo(10912);
        assertThat(settings.management().bindAddress().isLoopbackAddress()).isTrue();
    }

    @Test
    void waitsForOneSlaveForThreeSecondsWhereASlaveIsWaitedFor() {
        BrokerProperties properties = new BrokerProperties();
        properties.setBrokerRole(BrokerRole.SYNC_MASTER);

        BrokerSettings.Replication replication = properties.toSettings().replication();

        assertThat(replication.inSyncReplicas()).isEqualTo(2);
        assertThat(replication.syncSlaveTimeout()).isEqualTo(Duration.ofSeconds(3));
        assertThat(replication.allowUnreplicatedReads()).isFalse();
        assertThat(replication.slaveReads()).isFalse();
        assertThat(replication.masterAddress()).isNull();
    }

    @Test
    void takesASlaveWithANumberOfItsOwn() {
        BrokerProperties properties = new BrokerProperties();
        properties.setBrokerRole(BrokerRole.SLAVE);
        properties.setBrokerId(1);
        properties.setMasterAddress(" 127.0.0.1:10911 ");

        assertThat(properties.toSettings().replication().masterAddress()).isEqualTo("127.0.0.1:10911");
    }

    @Test
    void readsTheRoleAsItIsWrittenInFiles() {
        assertThat(bound("slave", "1").toSettings().brokerRole()).isEqualTo(BrokerRole.SLAVE);
        assertThat(bound("sync_master", "0").toSettings().brokerRole()).isEqualTo(BrokerRole.SYNC_MASTER);
        assertThat(bound("sync-master", "0").toSettings().brokerRole()).isEqualTo(BrokerRole.SYNC_MASTER);
        assertThatThrownBy(bound("sync_master", "1")::toSettings)
                .isInstanceOf(BrokerStartException.class)
                .hasMessageContaining("reliable-mq.broker.broker-id is '1'")
                .hasMessageContaining("broker-role=SYNC_MASTER");
        assertThatThrownBy(bound("slave", "0")::toSettings)
                .isInstanceOf(BrokerStartException.class)
                .hasMessageContaining("reliable-mq.broker.broker-id is '0'")
                .hasMessageContaining("broker-role=SLAVE");
    }

    private static BrokerProperties bound(String role, String id) {
        return new Binder(new MapConfigurationPropertySource(Map.of(
                        BrokerProperties.PREFIX + ".broker-role", role, BrokerProperties.PREFIX + ".broker-id", id)))
                .bind(BrokerProperties.PREFIX, BrokerProperties.class)
                .get();
    }

    @Test
    void opensFiguresToTheNetworkOnlyWhenToldSo() {
        BrokerProperties properties = new BrokerProperties();
        properties.setBindAddress("0.0.0.0");
        assertThat(properties.toSettings().management().bindAddress().isLoopbackAddress())
                .isTrue();

        properties.getManagement().setBindAddress("0.0.0.0");
        assertThat(properties.toSettings().management().bindAddress().isAnyLocalAddress())
                .isTrue();
    }

    @Test
    void namesTheSettingThatMakesNoSense() {
        refuses("message-delay-level", properties -> properties.setMessageDelayLevel("1s soon"));
        refuses("default-queue-count", properties -> properties.setDefaultQueueCount(-1));
        refuses("listen-port", properties -> properties.setListenPort(70_000));
        refuses("max-connections", properties -> properties.setMaxConnections(15));
        refuses("name-server.port", properties -> properties.getNameServer().setPort(-1));
        refuses("broker-id", properties -> properties.setBrokerRole(BrokerRole.SLAVE));
        refuses("in-sync-replicas", properties -> properties.setInSyncReplicas(1));
        refuses("in-sync-replicas", properties -> properties.setInSyncReplicas(17));
        refuses("sync-slave-timeout", properties -> properties.setSyncSlaveTimeout(Duration.ZERO));
        refuses("master-address", properties -> properties.setMasterAddress("nowhere"));
        refuses("broker-id", properties -> properties.setBrokerId(1));
        refuses("flush-interval", properties -> properties.setFlushInterval(Duration.ZERO));
        refuses("flush-bytes", properties -> properties.setFlushBytes("much"));
        refuses("flush-bytes", properties -> properties.setFlushBytes("0"));
        refuses("sync-flush-timeout", properties -> properties.setSyncFlushTimeout(Duration.ZERO));
        refuses("segment-bytes", properties -> properties.setSegmentBytes("1023KB"));
        refuses("segment-bytes", properties -> properties.setSegmentBytes("1025MB"));
        refuses("management.port", properties -> properties.getManagement().setPort(65_536));
        refuses(
                "management.bind-address",
                properties -> properties.getManagement().setBindAddress("no such host"));
        refuses("data-dir", properties -> properties.setDataDir(" "));
        refuses("name", properties -> properties.setName("a b"));
        refuses("name-servers", properties -> properties.setNameServers(List.of("nowhere")));
        refuses("name-servers", properties -> properties.getNameServer().setEnabled(false));
    }

    @Test
    void readsListsOfNameServersInEitherStyle() {
        BrokerProperties properties = new BrokerProperties();
        properties.setNameServers(List.of("a:1;b:2", "c:3"));

        assertThat(properties.toSettings().nameServers()).containsExactly("a:1", "b:2", "c:3");
    }

    private static void refuses(String setting, Consumer<BrokerProperties> change) {
        BrokerProperties properties = new BrokerProperties();
        change.accept(properties);
        assertThatThrownBy(properties::toSettings)
                .isInstanceOf(BrokerStartException.class)
                .hasMessageContaining("reliable-mq.broker." + setting + " is");
    }

    @Test
    void refusesEncryptionWithoutACertificate() {
        BrokerProperties properties = new BrokerProperties();
        properties.getSsl().setMode(io.reliablemq.protocol.tls.TlsMode.ENFORCING);
        assertThatThrownBy(properties::toSettings)
                .isInstanceOf(BrokerStartException.class)
                .hasMessageContaining("reliable-mq.broker.ssl.mode is 'ENFORCING'")
                .hasMessageContaining("reliable-mq.broker.ssl.bundle");

        properties.getSsl().setBundle("missing");
        assertThatThrownBy(() -> properties.toSettings(name -> {
                    throw new IllegalArgumentException("no bundle '" + name + "' is configured.");
                }))
                .isInstanceOf(BrokerStartException.class)
                .hasMessage(
                        "The setting reliable-mq.broker.ssl.bundle is 'missing': no bundle 'missing' is configured.");
    }

    @Test
    void isPlainUnlessABundleIsNamed() {
        assertThat(new BrokerProperties().toSettings().tls()).isEqualTo(io.reliablemq.protocol.tls.Tls.NONE);
    }
}
