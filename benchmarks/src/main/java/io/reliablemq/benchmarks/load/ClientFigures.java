package io.reliablemq.benchmarks.load;

import io.reliablemq.benchmarks.peer.OfficialPeer;
import io.reliablemq.benchmarks.peer.OurClient;
import io.reliablemq.benchmarks.process.ApacheBroker;
import io.reliablemq.benchmarks.process.ApacheNameServer;
import io.reliablemq.benchmarks.process.BrokerOptions;
import io.reliablemq.benchmarks.process.ClassPath;
import io.reliablemq.benchmarks.process.ClientProcess;
import io.reliablemq.benchmarks.process.MeasuredBroker;
import io.reliablemq.benchmarks.process.PeerFolder;
import io.reliablemq.benchmarks.process.ReliableMqBroker;
import io.reliablemq.benchmarks.process.Waiting;
import io.reliablemq.conformance.port.Administration;
import io.reliablemq.conformance.port.Sender;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Our client beside the official one on the same broker: rates, processor time and allocation of a message, threads; and what each
 * brings onto the class path. Each client has a process of its own; the broker stays, and the clients come in turn, the next round in
 * the opposite order.
 */
public final class ClientFigures {

    private static final Logger LOG = LoggerFactory.getLogger(ClientFigures.class);

    private static final Duration TOPIC_BOUND = Duration.ofSeconds(60);
    private static final int FILLING_SENDERS = 64;
    private static final double MEBIBYTE = 1024 * 1024;

    private final Map<String, String> options;
    private final PeerFolder peer;
    private final OfficialPeer official;
    private final Path brokerJar;
    private final Path classPaths;
    private final Path data;
    private final Map<String, Map<Boolean, List<Double>>> figures = new LinkedHashMap<>();

    private ClientFigures(Map<String, String> options, Path home) {
        this.options = options;
        this.peer = new PeerFolder(
                home.resolve("../../conformance/apache-peer/target/peer-lib").normalize());
        this.official = new OfficialPeer(peer);
        this.brokerJar = home.resolve("../../reliable-mq-broker/target/reliable-mq-broker-exec.jar")
                .normalize();
        this.classPaths = home.resolve("../class-path").normalize();
        this.data = home.resolve("client-data");
    }

    public static void main(String[] arguments) {
        int status = 1;
        try {
            new ClientFigures(options(arguments), home()).run();
            status = 0;
        } catch (IllegalArgumentException e) {
            System.err.println(e.getMessage());
            status = 2;
        } catch (Exception e) {
            LOG.error("The run of the clients failed", e);
        }
        System.exit(status);
    }

    private static Map<String, String> options(String[] arguments) {
        Map<String, String> options = new LinkedHashMap<>(Map.of(
                "brokers", "ours,apache",
                "clients", "official,ours",
                "flush", "ASYNC_FLUSH",
                "senders", "1,16,64",
                "rounds", "1",
                "warm-up", "5",
                "measure", "5",
                "backlog", "300000",
                "message-bytes", "1024",
                "jfr", "false"));
        for (int i = 0; i + 1 < arguments.length; i += 2) {
            if (options.replace(arguments[i].replaceFirst("^--", ""), arguments[i + 1]) == null) {
                throw new IllegalArgumentException(
                        "There is no option " + arguments[i] + "; there are " + options.keySet() + ", times in s");
            }
        }
        if (arguments.length % 2 != 0) {
            throw new IllegalArgumentException("Options are given as --name value");
        }
        return options;
    }

    private String option(String name) {
        return options.getOrDefault(name, "");
    }

    private int number(String name) {
        return Integer.parseInt(option(name));
    }

    private List<String> list(String name) {
        return new ArrayList<>(Arrays.asList(option(name).split(",")));
    }

    private void run() throws Exception {
        String loadBefore = Machine.load();
        classPath(true, "official-client");
        classPath(false, "our-client");
        try {
            for (String broker : list("brokers")) {
                BrokerOptions settings = new BrokerOptions(
                        "clients-" + broker,
                        data.resolve(broker),
                        option("flush"),
                        Duration.ofMillis(10),
                        List.of("-Xms1g", "-Xmx1g"));
                switch (broker) {
                    case "ours" -> {
                        try (MeasuredBroker running = ReliableMqBroker.start(brokerJar, settings)) {
                            rounds(broker, running);
                        }
                    }
                    case "apache" -> {
                        try (ApacheNameServer nameServer = ApacheNameServer.start(peer, data.resolve("name-server"));
                                MeasuredBroker running = ApacheBroker.start(peer, nameServer, settings)) {
                            rounds(broker, running);
                        }
                    }
                    default ->
                        throw new IllegalArgumentException("--brokers is '" + broker + "'; there are ours and apache");
                }
            }
        } finally {
            BenchmarkRun.delete(data);
        }
        System.out.println(table(loadBefore));
    }

    private void classPath(boolean ofOfficial, String module) {
        Path jars = classPaths.resolve(module).resolve("target/lib");
        if (!Files.isDirectory(jars)) {
            LOG.warn("The table tells no class path: {} is missing; package with -Pclass-path", jars);
            return;
        }
        ClassPath size = ClassPath.of(jars);
        figure("none\tclass path\tjars", ofOfficial, size.jars());
        figure("none\tclass path\tMiB", ofOfficial, size.bytes() / MEBIBYTE);
    }

    private void figure(String key, boolean ofOfficial, double value) {
        figures.computeIfAbsent(key, unused -> new LinkedHashMap<>())
                .computeIfAbsent(ofOfficial, unused -> new ArrayList<>())
                .add(value);
    }

    private void rounds(String broker, MeasuredBroker running) throws Exception {
        try (Administration administration = official.administration(running.nameServers())) {
            String sends = topic(administration, running, "send");
            String backlog = topic(administration, running, "backlog");
            String threads = topic(administration, running, "threads");
            try (Sender sender = new OurClient().sender(running.nameServers(), "fill")) {
                SendLoad load = new SendLoad(sender, List.of(backlog), new Payload(number("message-bytes")));
                load.fill(FILLING_SENDERS, number("backlog"));
            }
            List<String> clients = list("clients");
            for (int round = 1; round <= number("rounds"); round++) {
                for (String client : clients) {
                    ClientSteps.Plan plan = new ClientSteps.Plan(
                            client.equals("official"),
                            peer.folder().toString(),
                            running.nameServers(),
                            sends,
                            backlog,
                            threads,
                            client + "-" + round,
                            list("senders").stream().map(Integer::valueOf).toList(),
                            Duration.ofSeconds(number("warm-up")),
                            Duration.ofSeconds(number("measure")),
                            number("backlog"),
                            number("message-bytes"));
                    take(broker, plan, measure(broker + "-" + plan.suffix(), plan));
                }
                Collections.reverse(clients);
            }
        }
    }

    private String topic(Administration administration, MeasuredBroker broker, String topic) {
        Waiting.untilDone(TOPIC_BOUND, () -> administration.createTopic(broker.address(), topic, 8));
        Waiting.until(
                "topic " + topic + " has a route",
                TOPIC_BOUND,
                () -> !administration.brokersOf(topic).isEmpty());
        return topic;
    }

    private List<String> measure(String name, ClientSteps.Plan plan) throws IOException {
        Path result = data.resolve(name + ".figures");
        List<String> jvm =
                new ArrayList<>(List.of("-Xms512m", "-Xmx512m", "-Drocketmq.log.root=" + data.resolve(name)));
        if (Boolean.parseBoolean(option("jfr"))) {
            Path recording = data.resolveSibling("client-" + name + ".jfr");
            jvm.add("-XX:StartFlightRecording=settings=profile,filename=" + recording);
        }
        List<String> arguments = new ArrayList<>(List.of(result.toString()));
        arguments.addAll(plan.arguments());
        System.err.print(ClientProcess.run(name, data, jvm, ClientSteps.class.getName(), arguments));
        return Files.readAllLines(result);
    }

    private void take(String broker, ClientSteps.Plan plan, List<String> lines) {
        for (String line : lines) {
            int end = line.lastIndexOf('\t');
            figure(
                    "on " + (broker.equals("ours") ? "our" : "Apache's") + " broker\t" + line.substring(0, end),
                    plan.official(),
                    Double.parseDouble(line.substring(end + 1)));
        }
    }

    /** As AsciiDoc, medians over the rounds. */
    private String table(String loadBefore) {
        StringBuilder table = new StringBuilder("load average before " + loadBefore + ", after " + Machine.load() + "; "
                + options + "; " + Machine.processors() + "; " + Machine.java() + "\n\n"
                + "[cols=\"2,3,2,1,1,1\",options=\"header\"]\n|===\n|broker |step |figure |official |ours |ratio\n");
        figures.forEach((key, values) -> {
            double theirs = median(values.getOrDefault(true, List.of()));
            double ours = median(values.getOrDefault(false, List.of()));
            table.append(String.format(
                    Locale.ROOT, "|%s |%,.1f |%,.1f |%.2f%n", key.replace("\t", " |"), theirs, ours, ours / theirs));
        });
        return table.append("|===").toString();
    }

    private static double median(List<Double> values) {
        List<Double> sorted = values.stream().sorted().toList();
        return sorted.isEmpty() ? Double.NaN : sorted.get(sorted.size() / 2);
    }

    private static Path home() throws URISyntaxException {
        return Path.of(ClientFigures.class
                        .getProtectionDomain()
                        .getCodeSource()
                        .getLocation()
                        .toURI())
                .toAbsolutePath()
                .resolveSibling("");
    }
}
