package io.reliablemq.conformance.broker;

import static org.awaitility.Awaitility.await;

import io.reliablemq.conformance.process.ChildProcess;
import io.reliablemq.conformance.process.FreePorts;
import io.reliablemq.conformance.process.TemporaryFolder;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.core.ConditionTimeoutException;

/**
 * The classes that a broker loads, as the JVM wants them. Most of the processor time of a run goes into starts of brokers, of
 * which there are a hundred, and with this a start takes less than half of it.
 *
 * <p>Made once a run, from a broker that is started and stopped. Where that fails, brokers start without.
 */
final class ClassArchive {

    private static final Duration BOUND = Duration.ofSeconds(120);

    private ClassArchive() {}

    /** Options for the JVM of a broker. */
    static List<String> options() {
        return Made.OPTIONS;
    }

    private static final class Made {
        static final List<String> OPTIONS = make();
    }

    private static List<String> make() {
        Path folder = TemporaryFolder.create("broker-classes-");
        Path archive = folder.resolve("classes.jsa");
        int port = FreePorts.next();
        List<String> command = new ArrayList<>(List.of(ChildProcess.java(), "-XX:ArchiveClassesAtExit=" + archive));
        command.addAll(BrokerProcess.SHORT_LIFE);
        command.addAll(List.of(
                "-jar",
                BrokerProcess.JAR.toString(),
                BrokerProcess.argument("listen-port=" + port),
                BrokerProcess.argument("name-server.port=" + FreePorts.next()),
                BrokerProcess.argument("management.port=" + FreePorts.next()),
                BrokerProcess.argument("data-dir=" + folder.resolve("data"))));
        try (ChildProcess process = ChildProcess.start("broker-classes", folder, command)) {
            await("a broker listens")
                    .atMost(BOUND)
                    .pollInterval(Duration.ofMillis(50))
                    .ignoreExceptions()
                    .until(() -> {
                        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
                            return socket.isConnected();
                        }
                    });
            process.terminate(BOUND);
        } catch (ConditionTimeoutException | IllegalStateException e) {
            System.out.println("Brokers start without an archive of their classes: " + e);
        }
        return Files.exists(archive) ? List.of("-XX:SharedArchiveFile=" + archive) : List.of();
    }
}
