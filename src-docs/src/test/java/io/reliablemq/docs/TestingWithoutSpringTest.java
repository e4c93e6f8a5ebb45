package io.reliablemq.docs;

import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import io.reliablemq.broker.Broker;
import io.reliablemq.broker.BrokerEnvironment;
import io.reliablemq.broker.BrokerProperties;
import io.reliablemq.client.MqClient;
import io.reliablemq.client.api.ClientSettings;
import io.reliablemq.client.api.Producer;
import io.reliablemq.client.api.ProducerSettings;
import io.reliablemq.client.api.SendFailedException;
import io.reliablemq.client.api.SendStatus;
import io.reliablemq.protocol.message.Message;
import io.reliablemq.spring.test.BrokerFaults;
import io.reliablemq.spring.test.VirtualClock;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Snippet of the page "Testing". */
class TestingWithoutSpringTest {

    @TempDir
    Path folder;

    @Test
    void runs() {
        // tag::broker[]
        VirtualClock clock = new VirtualClock();
        BrokerFaults faults = new BrokerFaults();
        BrokerProperties properties = new BrokerProperties();
        properties.setDataDir(folder.toString());
        properties.setListenPort(0);
        properties.getNameServer().setPort(0);
        BrokerEnvironment environment = new BrokerEnvironment(clock.forBroker(), faults.forBroker());
        try (Broker broker = Broker.start(properties.toSettings(), environment);
                MqClient client = MqClient.create(
                        ClientSettings.of("127.0.0.1:"
                                + Objects.requireNonNull(broker.nameServerAddress())
                                        .getPort()),
                        clock.forBroker())) {
            // end::broker[]
            Producer producer = client.producer(ProducerSettings.of("shop"));
            // On a machine that is very busy the broker may not have registered yet.
            await().atMost(Duration.ofSeconds(90))
                    .ignoreExceptions()
                    .until(() -> producer.send(Message.builder("orders")
                                            .body(new byte[1])
                                            .build())
                                    .status()
                            == SendStatus.SEND_OK);
            faults.nextSends(3).areRefused();
            assertThatExceptionOfType(SendFailedException.class)
                    .isThrownBy(() -> producer.send(
                            Message.builder("orders").body(new byte[1]).build()));
            // tag::broker[]
        }
        // end::broker[]
    }
}
