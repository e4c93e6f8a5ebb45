package io.reliablemq.conformance.broker;

import static org.awaitility.Awaitility.await;

import io.reliablemq.conformance.port.Administration;
import io.reliablemq.conformance.process.ChildProcess;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Our exec jar as a process: can be killed, stopped and started again on its folder. Used by one test thread.
 */
public final class BrokerProcess implements AutoCloseable {

    static final Path JAR = Path.of(System.getProperty(
                    "broker.exec.jar", "../../reliable-mq-broker/target/reliable-mq-broker-exec.jar"))
            .toAbsolutePath()
            .normalize();
    private static final Duration READY_BOUND = Duration.ofSeconds(120);

    /** Half of a short life is start-up: the second compiler would only take processor time from it. */
    static final List<String> SHORT_LIFE = List.of("-Xmx512m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC");

    private final String name;
    private final int port;
    private final Path workingFolder;
    private final List<String> arguments;
    private @Nullable ChildProcess process;

    private BrokerProcess(String name, int port, Path workingFolder, List<String> arguments) {
        this.name = name;
        this.port = port;
        this.workingFolder = workingFolder;
        this.arguments = arguments;
    }

    /** A broker that is a name server too. Not started. */
    public static BrokerProcess withNameServer(String name, Path folder, int port, int nameServerPort) {
        return of(name, folder, port, "name-server.port=" + nameServerPort);
    }

    /** A broker that registers with the name server of another process. Not started. */
    public static BrokerProcess registeringWith(String nameServers, String name, Path folder, int port) {
        return of(name, folder, port, "name-server.enabled=false", "name-servers=" + nameServers);
    }

    /** A name server without a broker. Not started; see {@link #startNameServer}. */
    public static BrokerProcess nameServerOnly(String name, Path folder, int port) {
        return new BrokerProcess(
                name,
                port,
                folder,
                List.of(
                        argument("name-server.only=true"),
                        argument("name-server.port=" + port),
                        argument("management.port=0")));
    }

    private static BrokerProcess of(String name, Path folder, int port, String... others) {
        List<String> settings = new ArrayList<>(List.of(
                "name=" + name,
                "listen-port=" + port,
                "management.port=0",
                "data-dir=" + folder.resolve("data"),
                "message-delay-level=" + BrokerUnderTest.DELAY_LEVELS));
        settings.addAll(List.of(others));
        return new BrokerProcess(
                name,
                port,
                folder,
                settings.stream().map(BrokerProcess::argument).toList());
    }

    static String argument(String setting) {
        return "--reliable-mq.broker." + setting;
    }

    /** The same, with more settings, each as {@code name=value}; a later one wins. */
    public BrokerProcess with(String... settings) {
        List<String> all = new ArrayList<>(arguments);
        for (String setting : settings) {
            String key = argument(setting.substring(0, setting.indexOf('=') + 1));
            all.removeIf(argument -> argument.startsWith(key));
            all.add(argument(setting));
        }
        return new BrokerProcess(name, port, workingFolder, all);
    }

    public String name() {
        return name;
    }

    public String address() {
        return "127.0.0.1:" + port;
    }

    /** Starts the process and does not wait for it. */
    public ChildProcess launch() {
        if (process != null && process.isAlive()) {
            throw new IllegalStateException("The broker '" + name + "' runs already");
        }
        List<String> command = new ArrayList<>(List.of(ChildProcess.java()));
        command.addAll(SHORT_LIFE);
        command.addAll(ClassArchive.options());
        command.addAll(List.of("-jar", JAR.toString()));
        command.addAll(arguments);
        ChildProcess launched = ChildProcess.start("broker-" + name, workingFolder, command);
        process = launched;
        return launched;
    }

    /** Starts the process; returns once it accepts connections and the name server knows it. @return how long it took */
    public Duration start(Administration administration) {
        long before = System.nanoTime();
        ChildProcess launched = launch();
        await("broker " + name + " is ready")
                .atMost(READY_BOUND)
                .pollInterval(Duration.ofMillis(20))
                .ignoreExceptionsMatching(failure -> {
                    launched.requireAlive();
                    return true;
                })
                .until(() -> {
                    launched.requireAlive();
                    return accepts() && administration.brokerAddresses().contains(address());
                });
        return Duration.ofNanos(System.nanoTime() - before);
    }

    /** Starts a name server; returns once it accepts connections. */
    public void startNameServer() {
        ChildProcess launched = launch();
        await("name server " + name + " listens")
                .atMost(READY_BOUND)
                .pollInterval(Duration.ofMillis(20))
                .until(() -> {
                    launched.requireAlive();
                    return accepts();
                });
    }

    private boolean accepts() {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return socket.isConnected();
        } catch (IOException notYet) {
            return false;
        }
    }

    /** Ends it with SIGKILL. */
    public void kill() {
        running().kill();
    }

    public ChildProcess running() {
        ChildProcess current = process;
        if (current == null) {
            throw new IllegalStateException("The broker '" + name + "' was not started");
        }
        return current;
    }

    @Override
    public void close() {
        if (process != null) {
            process.kill();
        }
    }
}
