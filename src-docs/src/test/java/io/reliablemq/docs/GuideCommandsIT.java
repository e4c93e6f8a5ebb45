package io.reliablemq.docs;

import static org.assertj.core.api.Assertions.assertThat;

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
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Runs every command that the guide shows, as it stands there: only ports are free ones, and the addresses of examples are those
 * of this machine.
 */
class GuideCommandsIT {

    private static final Path PAGES = Path.of("src/docs/asciidoc");
    private static final Path BROKER =
            Path.of("../reliable-mq-broker/target/reliable-mq-broker-exec.jar").toAbsolutePath();
    private static final Path SAMPLE =
            Path.of("../sample-app/target/sample-app.jar").toAbsolutePath();

    private static final Pattern BROKER_READY =
            Pattern.compile("(?:is ready|name server is ready) at (\\S+:\\d+)(?:.*, name server (\\S+:\\d+))?");
    private static final Pattern MANAGEMENT = Pattern.compile("http://(\\S+:\\d+)");
    private static final Pattern APPLICATION_READY = Pattern.compile("Started SampleApplication in");

    /** Addresses of the documentation's own range, and the loopback one, with the port that a command names or means. */
    private static final Pattern ADDRESS = Pattern.compile("\\b(?:192\\.0\\.2\\.\\d+|127\\.0\\.0\\.1):\\d+");

    private static final int CONFLICT = 409;

    @TempDir
    Path folder;

    /** Where that listens really which the guide says to listen there. */
    private final Map<String, String> listening = new HashMap<>();

    private final List<GuideProcess> servers = new ArrayList<>();

    @AfterEach
    void stop() {
        servers.forEach(GuideProcess::close);
    }

    /** The commands of one listing. */
    record Listing(String place, List<String> commands) {

        @Override
        public String toString() {
            return place;
        }
    }

    static List<Listing> listings() throws IOException {
        List<Listing> listings = new ArrayList<>();
        try (Stream<Path> pages = Files.walk(PAGES)) {
            for (Path page : pages.filter(file -> file.toString().endsWith(".adoc"))
                    .sorted()
                    .toList()) {
                Matcher blocks = Pattern.compile(
                                "\\[source,\\s*(?:shell|bash)[^]]*]\n----\n(.*?)\n----", Pattern.DOTALL)
                        .matcher(Files.readString(page));
                while (blocks.find()) {
                    listings.add(
                            new Listing(PAGES.relativize(page) + " at " + blocks.start(), commands(blocks.group(1))));
                }
            }
        }
        return listings;
    }

    private static List<String> commands(String listing) {
        return listing.replaceAll("\\\\\n\\s*", "")
                .lines()
                .filter(line -> !line.isBlank())
                .toList();
    }

    @ParameterizedTest
    @MethodSource("listings")
    void runs(Listing listing) throws Exception {
        assertThat(listing.commands()).isNotEmpty();
        for (String command : listing.commands()) {
            if (command.startsWith("curl -X POST http://127.0.0.1:10912/")) {
                post(command.substring("curl -X POST ".length()));
            } else if (command.contains("-jar reliable-mq-broker")) {
                serve(command);
            } else if (command.contains("-jar shop")
                    || command.contains("-jar sample-app/")
                    || command.contains("-jar shop/")) {
                application(command);
            } else {
                // The sample is built by the build that this test is part of.
                assertThat(command).isEqualTo("mvn -q -DskipTests -pl sample-app -am package");
            }
        }
        assertThat(servers).allSatisfy(server -> assertThat(server.isRunning()).isTrue());
    }

    /** A broker or a name server that runs until the end of the listing. */
    private void serve(String command) throws IOException {
        put(BROKER, option(command, "-jar (\\S+)", ""));
        put(PAGES.resolve("deployments/one-broker/broker.yml"), "broker.yml");
        String bound = option(command, "\\.bind-address=(\\S+)", "127.0.0.1");
        String adapted = command.replaceAll("(-port)=\\d+", "$1=0")
                .replace("bind-address=" + bound, "bind-address=127.0.0.1")
                .replace("=/var/lib/", "=var/lib/");
        TreeSet<String> named = addresses(adapted);
        for (String address : named) {
            assertThat(listening).as(command).containsKey(address);
            adapted = adapted.replace(address, listening.get(address));
        }
        for (String port : List.of("listen-port", "name-server.port", "management.port")) {
            String option = " --reliable-mq.broker." + port + "=0";
            adapted = adapted.contains(option) ? adapted : adapted + option;
        }
        GuideProcess server = GuideProcess.start(adapted, folder, Map.of());
        servers.add(server);
        MatchResult ready = server.awaitLine(BROKER_READY);
        boolean only = command.contains("name-server.only=true");
        if (only || !command.contains("name-server.enabled=false")) {
            listening.put(bound + ":9876", only ? ready.group(1) : ready.group(2));
        }
        for (String address : named) {
            server.awaitLine(
                    Pattern.compile("Registered as .* with name server " + Pattern.quote(listening.get(address))));
        }
    }

    private static TreeSet<String> addresses(String command) {
        TreeSet<String> addresses = new TreeSet<>();
        Matcher found = ADDRESS.matcher(command);
        while (found.find()) {
            addresses.add(found.group());
        }
        return addresses;
    }

    private static String option(String command, String pattern, String otherwise) {
        Matcher found = Pattern.compile(pattern).matcher(command);
        return found.find() ? found.group(1) : otherwise;
    }

    /** Copies a file to where a command expects it. */
    private void put(Path file, String name) throws IOException {
        Path target = folder.resolve(name);
        if (!Files.exists(target)) {
            Files.createDirectories(target.getParent());
            Files.copy(file, target);
        }
    }

    /** The changes of roles, which a master without a slave refuses. */
    private void post(String address) throws Exception {
        serve("java -jar reliable-mq-broker-exec.jar");
        String management =
                servers.get(servers.size() - 1).awaitLine(MANAGEMENT).group(1);
        URI uri = URI.create(address.replace("127.0.0.1:10912", management));

        HttpResponse<String> answer = HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(uri)
                                .POST(HttpRequest.BodyPublishers.noBody())
                                .timeout(Duration.ofSeconds(30))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());

        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(CONFLICT);
    }

    /** An application, or what is done with its jar; one that starts is stopped again. */
    private void application(String command) throws Exception {
        put(SAMPLE, command.contains("sample-app/") ? "sample-app/target/sample-app.jar" : "shop.jar");
        Map<String, String> settings = new HashMap<>(Map.of("SERVER_PORT", "0", "SAMPLE_DEMO_ENABLED", "false"));
        if (command.contains("SharedArchiveFile")) {
            settings.put("JDK_JAVA_OPTIONS", "-Xlog:class+load:file=classes.txt");
        }
        try (GuideProcess process = GuideProcess.start(command, folder, settings)) {
            if (command.endsWith(" extract")) {
                assertThat(process.awaitExit()).as(process.output()).isZero();
                assertThat(folder.resolve("shop/shop.jar")).isRegularFile();
                return;
            }
            process.awaitLine(APPLICATION_READY);
            if (command.contains("aot.enabled")) {
                process.awaitLine(Pattern.compile("Starting AOT-processed SampleApplication"));
            }
            assertThat(process.stop()).as(process.output()).isIn(0, 143);
            if (command.contains("SharedArchiveFile")) {
                // Of the archive that was made, not of the one that comes with Java.
                assertThat(Files.readString(folder.resolve("classes.txt")))
                        .contains("source: shared objects file (top)");
            }
            if (command.contains("ArchiveClassesAtExit")) {
                assertThat(folder.resolve("shop.jsa")).isRegularFile();
            }
        }
    }
}
