package io.reliablemq.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class BrokerPropertiesTest {

    @Test
    void defaultsAreTheSafeOnes() {
        BrokerSettings settings = new BrokerProperties().toSettings();

        assertThat(settings.flushDiskType()).hasToString("SYNC_FLUSH");
        assertThat(settings.brokerRole()).isEqualTo(BrokerRole.ASYNC_MASTER);
        assertThat(settings.bindAddress().isLoopbackAddress()).isTrue();
        assertThat(settings.flushInterval()).isEqualTo(Duration.ofMillis(10));
        assertThat(settings.messageDelayLevel().highest()).isEqualTo(18);
    }

    @Test
    void namesTheSettingThatMakesNoSense() {
        refuses("message-delay-level", properties -> properties.setMessageDelayLevel("1s soon"));
        refuses("default-queue-count", properties -> properties.setDefaultQueueCount(-1));
        refuses("listen-port", properties -> properties.setListenPort(70_000));
        refuses("name-server.port", properties -> properties.getNameServer().setPort(-1));
        refuses("broker-role", properties -> properties.setBrokerRole(BrokerRole.SYNC_MASTER));
        refuses("broker-id", properties -> properties.setBrokerId(1));
        refuses("flush-interval", properties -> properties.setFlushInterval(Duration.ZERO));
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
}
