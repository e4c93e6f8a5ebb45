package io.reliablemq.conformance.crash;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.reliablemq.conformance.broker.BrokerProcess;
import io.reliablemq.conformance.broker.ManagementEndpoint;
import io.reliablemq.conformance.client.OfficialPeer;
import io.reliablemq.conformance.port.Administration;
import io.reliablemq.conformance.process.FreePorts;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** A broker and name server on one data folder and fixed ports, for as many lives as a test wants. Used by one thread. */
final class BrokerThroughCrashes implements AutoCloseable {

    private static final Duration BOUND = Duration.ofSeconds(90);
    private static final Duration POLL = Duration.ofMillis(20);
    private static final String UP = "{\"status\":\"UP\",\"findings\":[],";

    private final String nameServers;
    private final ManagementEndpoint management;
    private final Administration administration;
    private final ScheduledExecutorService timer = new ScheduledThreadPoolExecutor(1);
    private final Kills kills = new Kills();
    private BrokerProcess broker;

    /** @param settings beside those of names and ports, each as {@code name=value} */
    BrokerThroughCrashes(Path folder, String... settings) {
        int nameServerPort = FreePorts.next();
        int managementPort = FreePorts.next();
        nameServers = "127.0.0.1:" + nameServerPort;
        management = new ManagementEndpoint(managementPort);
        administration = OfficialPeer.administration(nameServers);
        broker = BrokerProcess.withNameServer("crash", folder, FreePorts.next(), nameServerPort)
                .with("management.port=" + managementPort)
                .with(settings);
    }

    String nameServers() {
        return nameServers;
    }

    ManagementEndpoint management() {
        return management;
    }

    Kills kills() {
        return kills;
    }

    /** From the next start on. */
    void flush(String flushDiskType) {
        broker = broker.with("flush-disk-type=" + flushDiskType);
    }

    /** Returns once it serves clients and has nothing to complain about. @return how long that took */
    Duration start() {
        long before = System.nanoTime();
        broker.start(administration);
        await("the broker is healthy")
                .atMost(BOUND)
                .pollInterval(POLL)
                .ignoreExceptionsInstanceOf(IOException.class)
                .untilAsserted(() -> assertThat(management.health()).startsWith(UP));
        return Duration.ofNanos(System.nanoTime() - before);
    }

    OpeningLine opening() {
        return OpeningLine.in(broker.running().output());
    }

    void createTopic(String topic, int queues) {
        administration.createTopic(broker.address(), topic, queues);
        awaitTopic(topic);
    }

    void awaitTopic(String topic) {
        await("the route of " + topic)
                .atMost(BOUND)
                .pollInterval(POLL)
                .until(() -> !administration.brokersOf(topic).isEmpty());
    }

    /** On a thread of its own, so that the moment is not tied to what the caller waited for. */
    void killAfter(int micros) throws Exception {
        timer.schedule(() -> kills.run(broker::kill), micros, TimeUnit.MICROSECONDS)
                .get(30, TimeUnit.SECONDS);
    }

    /** Starts it, and kills it while it starts, or soon after. */
    void killWhileItStarts(int micros) throws Exception {
        broker.launch();
        killAfter(micros);
    }

    @Override
    public void close() {
        broker.close();
        timer.shutdownNow();
        administration.close();
    }
}
