package io.reliablemq.spring.guarantee;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.reliablemq.broker.Broker;
import io.reliablemq.broker.BrokerProperties;
import io.reliablemq.broker.role.BrokerRole;
import io.reliablemq.client.MqClient;
import io.reliablemq.client.api.Attempt;
import io.reliablemq.client.api.Attempt.Outcome;
import io.reliablemq.client.api.ClientSettings;
import io.reliablemq.client.api.Producer;
import io.reliablemq.client.api.ProducerSettings;
import io.reliablemq.client.api.SendFailedException;
import io.reliablemq.protocol.command.Command;
import io.reliablemq.protocol.command.RequestCode;
import io.reliablemq.protocol.header.CreateTopicRequest;
import io.reliablemq.protocol.message.Message;
import io.reliablemq.protocol.transport.EventLoops;
import io.reliablemq.protocol.transport.RemotingClient;
import io.reliablemq.protocol.transport.TransportSettings;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two masters that wait for slaves, and have none: whoever sends must hear that. */
class MastersWithoutSlavesIT {

    private static final Message MESSAGE = Message.of("orders", new byte[] {1});

    @TempDir
    Path folder;

    private Broker a;
    private Broker b;

    @BeforeEach
    void start() {
        a = Broker.start(master("broker-a").toSettings());
        BrokerProperties other = master("broker-b");
        other.getNameServer().setEnabled(false);
        other.setNameServers(List.of(text(a.nameServerAddress())));
        b = Broker.start(other.toSettings());
        makeTopic(a);
        makeTopic(b);
    }

    /** At both: one that is made by a send is at one of them alone, and then only that one is tried. */
    private static void makeTopic(Broker broker) {
        Command request = Command.request(
                RequestCode.UPDATE_AND_CREATE_TOPIC, new CreateTopicRequest("orders", 4, 4, 6).fields());
        EventLoops loops = EventLoops.create("test-io", 1);
        try (RemotingClient client = new RemotingClient(loops, TransportSettings.defaults(), (other, reply) -> {})) {
            Command answer = client.invoke(text(broker.address()), request, Duration.ofSeconds(20))
                    .join();
            assertThat(answer.isSuccess()).isTrue();
        } finally {
            loops.close();
        }
    }

    @AfterEach
    void stop() {
        b.close();
        a.close();
    }

    private BrokerProperties master(String name) {
        BrokerProperties properties = new BrokerProperties();
        properties.setName(name);
        properties.setBrokerRole(BrokerRole.SYNC_MASTER);
        properties.setListenPort(0);
        properties.getNameServer().setPort(0);
        properties.setDataDir(folder.resolve(name).toString());
        return properties;
    }

    private static String text(InetSocketAddress address) {
        return address.getAddress().getHostAddress() + ":" + address.getPort();
    }

    @Test
    void aSendFailsOnceBothHaveBeenTried() {
        try (MqClient client = MqClient.create(ClientSettings.of(text(a.nameServerAddress())))) {
            Producer producer = client.producer(ProducerSettings.of("shop"));

            for (int i = 0; i < 3; i++) {
                SendFailedException failed =
                        catchThrowableOfType(SendFailedException.class, () -> producer.send(MESSAGE));

                assertThat(failed).isNotNull();
                assertThat(failed.attempts()).extracting(Attempt::outcome).containsOnly(Outcome.SLAVE_NOT_AVAILABLE);
                assertThat(failed.attempts())
                        .extracting(Attempt::brokerAddress)
                        .contains(text(a.address()), text(b.address()));
                assertThat(failed.mayBeStored()).isTrue();
            }
        }
    }
}
