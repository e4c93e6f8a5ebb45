package io.reliablemq.spring.test;

import io.reliablemq.broker.Broker;
import io.reliablemq.broker.BrokerEnvironment;
import io.reliablemq.broker.BrokerProperties;
import io.reliablemq.broker.figures.Figure;
import io.reliablemq.client.MqClient;
import io.reliablemq.client.api.ClientSettings;
import java.nio.file.Path;
import java.util.Objects;
import java.util.function.Consumer;

/** A broker with a virtual clock, and a client that goes by it, without Spring. */
final class TestBroker implements AutoCloseable {

    final VirtualClock clock = new VirtualClock();
    final BrokerFaults faults = new BrokerFaults();
    final MqClient client;
    private final Broker broker;

    TestBroker(Path folder, Consumer<BrokerProperties> more) {
        BrokerProperties properties = new BrokerProperties();
        properties.setListenPort(0);
        properties.getNameServer().setPort(0);
        properties.setDataDir(folder.toString());
        more.accept(properties);
        broker = Broker.start(properties.toSettings(), new BrokerEnvironment(clock.forBroker(), faults.forBroker()));
        int port = Objects.requireNonNull(broker.nameServerAddress()).getPort();
        client = MqClient.create(ClientSettings.of("127.0.0.1:" + port), clock.forBroker());
    }

    double figure(String name) {
        return broker.figures().read().stream()
                .filter(figure -> figure.name().equals(name))
                .mapToDouble(Figure::value)
                .sum();
    }

    @Override
    public void close() {
        client.close();
        broker.close();
    }
}
