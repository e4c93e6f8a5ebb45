package io.reliablemq.conformance.crash;

import static org.awaitility.Awaitility.await;

import io.reliablemq.conformance.broker.BrokerProcess;
import io.reliablemq.conformance.port.Administration;
import io.reliablemq.conformance.process.FreePorts;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/** Two masters and two name servers, each a process. Used by one thread. */
final class TwoMasters implements AutoCloseable {

    private static final Duration BOUND = Duration.ofSeconds(90);

    private final List<String> nameServerAddresses;
    private final BrokerProcess n1;
    private final BrokerProcess n2;
    private final BrokerProcess a;
    private final BrokerProcess b;

    /** Not started. */
    TwoMasters(Path folder) {
        int[] ports = {FreePorts.next(), FreePorts.next()};
        nameServerAddresses = List.of("127.0.0.1:" + ports[0], "127.0.0.1:" + ports[1]);
        n1 = BrokerProcess.nameServerOnly("n1", folder.resolve("n1"), ports[0]);
        n2 = BrokerProcess.nameServerOnly("n2", folder.resolve("n2"), ports[1]);
        a = BrokerProcess.registeringWith(nameServers(), "a", folder.resolve("a"), FreePorts.next());
        b = BrokerProcess.registeringWith(nameServers(), "b", folder.resolve("b"), FreePorts.next());
    }

    /** Starts all of it; returns once the topic is on both masters. */
    void start(Administration administration, String topic, int queues) {
        n1.startNameServer();
        n2.startNameServer();
        for (BrokerProcess broker : List.of(a, b)) {
            broker.start(administration);
            administration.createTopic(broker.address(), topic, queues);
        }
        await("the topic is on both brokers")
                .atMost(BOUND)
                .until(() -> administration.brokersOf(topic).equals(Set.of("a", "b")));
    }

    /** Both, the first one first. */
    String nameServers() {
        return String.join(";", nameServerAddresses);
    }

    String secondNameServer() {
        return nameServerAddresses.get(1);
    }

    BrokerProcess n1() {
        return n1;
    }

    BrokerProcess n2() {
        return n2;
    }

    BrokerProcess a() {
        return a;
    }

    BrokerProcess b() {
        return b;
    }

    @Override
    public void close() {
        b.close();
        a.close();
        n2.close();
        n1.close();
    }
}
