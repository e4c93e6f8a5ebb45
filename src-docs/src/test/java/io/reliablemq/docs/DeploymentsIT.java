package io.reliablemq.docs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.reliablemq.client.MqClient;
import io.reliablemq.client.api.ClientSettings;
import io.reliablemq.client.api.ClusterQueries.BrokerNode;
import io.reliablemq.client.api.Producer;
import io.reliablemq.client.api.ProducerSettings;
import io.reliablemq.client.api.SendFailedException;
import io.reliablemq.client.api.SendStatus;
import io.reliablemq.docs.Deployment.File;
import io.reliablemq.protocol.message.Message;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Starts each deployment of the guide from its files, all processes on this machine: each broker is what its file says, slaves are
 * in sync, and what the sample application sends is consumed.
 */
class DeploymentsIT {

    private static final Path DEPLOYMENTS = Path.of("src/docs/asciidoc/deployments");
    private static final Path BROKER =
            Path.of("../reliable-mq-broker/target/reliable-mq-broker-exec.jar").toAbsolutePath();
    private static final Path SAMPLE =
            Path.of("../sample-app/target/sample-app.jar").toAbsolutePath();
    private static final Path APACHE =
            Path.of("../conformance/apache-peer/target/peer-lib").toAbsolutePath();

    private static final Duration BOUND = Duration.ofSeconds(120);

    /** The name servers of the Apache cluster, which need no file. */
    private static final List<Integer> APACHE_NAME_SERVERS = List.of(9876, 9877);

    /** Half of a short life is start-up: the second compiler would only take processor time from it. */
    private static final Map<String, String> SHORT_LIFE =
            Map.of("JDK_JAVA_OPTIONS", "-Xmx512m -XX:TieredStopAtLevel=1 -XX:+UseSerialGC");

    private static final Pattern APACHE_READY = Pattern.compile("boot success");

    private final HttpClient http = HttpClient.newHttpClient();
    private final List<GuideProcess> processes = new ArrayList<>();

    @TempDir
    Path folder;

    @AfterEach
    void stop() {
        processes.forEach(GuideProcess::close);
    }

    static List<Path> deployments() throws IOException {
        try (Stream<Path> folders = Files.list(DEPLOYMENTS)) {
            return folders.sorted().toList();
        }
    }

    @ParameterizedTest
    @MethodSource("deployments")
    void worksAsItStands(Path source) throws IOException {
        boolean apache = source.endsWith("apache-cluster");
        Deployment deployment = Deployment.read(source, apache ? APACHE_NAME_SERVERS : List.of());
        deployment.writeTo(folder);

        if (apache) {
            startApaches(deployment);
        } else {
            startOurs(deployment);
        }

        ordersReachTheirEnd();
        assertThat(processes).allMatch(GuideProcess::isRunning);
    }

    private GuideProcess start(String command, Map<String, String> settings) throws IOException {
        GuideProcess process = GuideProcess.start(command, folder, settings);
        processes.add(process);
        return process;
    }

    private void startOurs(Deployment deployment) throws IOException {
        List<File> files = deployment.files().stream().filter(File::isOurs).toList();
        List<GuideProcess> started = new ArrayList<>();
        for (File file : files) {
            StringBuilder command = new StringBuilder(
                    "java -jar " + BROKER + " --spring.config.additional-location=file:" + file.name());
            // What a file leaves to the default is moved too.
            file.ourPorts().forEach((name, port) -> {
                if (file.setting(name, "").isEmpty()) {
                    command.append(" --reliable-mq.broker." + name + "=" + deployment.moved(port));
                }
            });
            started.add(start(command.toString(), SHORT_LIFE));
        }
        for (int i = 0; i < files.size(); i++) {
            File file = files.get(i);
            String setting = file.isNameServerOnly() ? "name-server.port" : "listen-port";
            int port = deployment.moved(file.ourPorts().get(setting));
            started.get(i).awaitLine(Pattern.compile("is ready at 127\\.0\\.0\\.1:" + port + "\\b"));
            awaitHealth(file, deployment);
        }
    }

    private void awaitHealth(File file, Deployment deployment) {
        List<String> wanted = new ArrayList<>(List.of("\"status\":\"UP\",\"findings\":[]"));
        if (!file.isNameServerOnly()) {
            wanted.add("\"role\":\"" + file.role() + "\"");
            wanted.add(
                    file.isMaster()
                            ? "\"inSync\":" + deployment.brokersOfName(file.setting("name", ""))
                            : "\"following\":true");
        }
        await(file.name() + " is healthy")
                .atMost(BOUND)
                .ignoreExceptionsInstanceOf(IOException.class)
                .untilAsserted(
                        () -> assertThat(health(deployment.moved(file.ourPorts().get("management.port"))))
                                .contains(wanted));
    }

    private String health(int port) throws IOException {
        try {
            return http.send(
                            HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/health"))
                                    .timeout(Duration.ofSeconds(10))
                                    .build(),
                            HttpResponse.BodyHandlers.ofString())
                    .body();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("Interrupted while asking for the health", e);
        }
    }

    private void startApaches(Deployment deployment) throws IOException {
        assertThat(APACHE).as("made by conformance/apache-peer").isDirectory();
        List<String> nameServers = new ArrayList<>();
        for (int port : APACHE_NAME_SERVERS) {
            String file = "name-server-" + port + ".conf";
            Files.writeString(folder.resolve(file), "listenPort=" + deployment.moved(port) + "\n");
            startApache("namesrv.NamesrvStartup", file);
            nameServers.add("127.0.0.1:" + deployment.moved(port));
        }
        processes.forEach(nameServer -> nameServer.awaitLine(APACHE_READY));
        List<File> files = deployment.files().stream().filter(File::isApaches).toList();
        for (File file : files) {
            startApache("broker.BrokerStartup", file.name()).awaitLine(APACHE_READY);
        }
        try (MqClient client = MqClient.create(ClientSettings.of(nameServers.toArray(String[]::new)))) {
            await("each is what its file says")
                    .atMost(BOUND)
                    .ignoreException(CompletionException.class)
                    .untilAsserted(() -> assertThat(roles(client))
                            .containsExactlyInAnyOrderElementsOf(files.stream()
                                    .map(file -> role(
                                            file.settings().get("brokerName"),
                                            file.settings().get("brokerId"),
                                            file.settings().get("brokerRole")))
                                    .toList()));
            Producer producer = client.producer(ProducerSettings.of("deployment"));
            // Its master answers so once the slave has the message, and not before.
            await("the slave is in sync")
                    .atMost(BOUND)
                    .ignoreException(SendFailedException.class)
                    .until(() -> producer.send(Message.builder("in-sync")
                                            .body(new byte[] {1})
                                            .build())
                                    .status()
                            == SendStatus.SEND_OK);
        }
    }

    private GuideProcess startApache(String mainClass, String file) throws IOException {
        return start(
                "java -XX:MaxDirectMemorySize=256m -Duser.home=" + folder + " -Drocketmq.home.dir=" + folder
                        + " -Drocketmq.log.root=" + folder + " -cp " + APACHE + "/* org.apache.rocketmq." + mainClass
                        + " -c " + file,
                SHORT_LIFE);
    }

    private static List<String> roles(MqClient client) {
        List<String> roles = new ArrayList<>();
        for (BrokerNode node : client.cluster().brokers().join()) {
            Map<String, String> settings = client.cluster().configuration(node).join();
            roles.add(role(node.name(), Long.toString(node.id()), settings.get("brokerRole")));
        }
        return roles;
    }

    private static String role(String name, String id, String role) {
        return name + " " + id + " " + role;
    }

    private void ordersReachTheirEnd() throws IOException {
        Map<String, String> settings = new HashMap<>(SHORT_LIFE);
        settings.putAll(Map.of("SERVER_PORT", "0", "SAMPLE_DEMO_ORDERS", "20", "SAMPLE_PAYMENT_FAILURERATE", "0"));
        start("java -jar " + SAMPLE, settings)
                .awaitLine(Pattern.compile("sent 20, consumed 20, retried \\d+, dead 0, lost 0"));
    }
}
