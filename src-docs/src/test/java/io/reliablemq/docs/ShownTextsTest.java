package io.reliablemq.docs;

import static org.assertj.core.api.Assertions.assertThat;

import io.reliablemq.broker.Broker;
import io.reliablemq.broker.BrokerProperties;
import io.reliablemq.broker.filter.SqlFilter;
import io.reliablemq.spring.actuate.ReliableMqEndpoint;
import io.reliablemq.spring.guarantee.Severity;
import io.reliablemq.spring.guarantee.Stage;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What the guide shows of other languages than Java and YAML is held against what reads or writes it. */
class ShownTextsTest {

    private static final Path PAGES = Path.of("src/docs/asciidoc");

    @TempDir
    Path folder;

    /** The listings of a page that follow this line. */
    private static List<String> listings(String page, String start) throws IOException {
        return Pattern.compile(Pattern.quote(start) + "[^\n]*\n----\n(.*?)\n----", Pattern.DOTALL)
                .matcher(Files.readString(PAGES.resolve(page)))
                .results()
                .map(block -> block.group(1))
                .toList();
    }

    @Test
    void dependenciesAreModulesOfThisBuild() throws IOException {
        int dependencies = 0;
        for (Path page : GuideTest.pages()) {
            for (String xml : listings(PAGES.relativize(page).toString(), "[source,xml")) {
                Matcher found = Pattern.compile(
                                "<dependency>\\s*<groupId>io\\.reliablemq</groupId>\\s*<artifactId>([^<]+)</artifactId>\\s*"
                                        + "<version>\\{revnumber}</version>\\s*(?:<scope>test</scope>\\s*)?</dependency>")
                        .matcher(xml);
                StringBuilder rest = new StringBuilder();
                while (found.find()) {
                    dependencies++;
                    assertThat(Files.readString(Path.of("..", found.group(1), "pom.xml")))
                            .contains("<artifactId>" + found.group(1) + "</artifactId>");
                    found.appendReplacement(rest, "");
                }
                assertThat(found.appendTail(rest).toString())
                        .as(page.toString())
                        .isBlank();
            }
        }
        assertThat(dependencies).isPositive();
    }

    @Test
    void reportOfTheEndpointIsOneThatItGives() throws IOException {
        List<String> shown = listings("guarantee-report.adoc", "[source,json]");
        JsonMapper strict = JsonMapper.builder()
                .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
                .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
                .build();

        assertThat(shown).hasSize(1);
        ReliableMqEndpoint.Report report = strict.readValue(shown.get(0), ReliableMqEndpoint.Report.class);
        assertThat(report.stages()).isNotEmpty().allSatisfy(stage -> {
            assertThat(Stage.valueOf(stage.stage().toUpperCase(Locale.ROOT))).isNotNull();
            assertThat(stage.findings())
                    .isNotEmpty()
                    .allSatisfy(finding -> assertThat(
                                    Severity.valueOf(finding.severity().toUpperCase(Locale.ROOT)))
                            .isNotNull());
        });
    }

    @Test
    void healthOfABrokerIsOneThatItGives() throws Exception {
        List<String> shown = listings("operations.adoc", "[source,json]");
        BrokerProperties properties = new BrokerProperties();
        properties.setListenPort(0);
        properties.setDataDir(folder.toString());
        properties.getNameServer().setEnabled(false);
        // Nobody listens there, so there is something to report.
        properties.setNameServers(List.of("127.0.0.1:1"));
        properties.getManagement().setEnabled(true);
        properties.getManagement().setPort(0);
        try (Broker broker = Broker.start(properties.toSettings())) {
            InetSocketAddress management = broker.managementAddress();
            assertThat(management).isNotNull();
            HttpResponse<String> answer = HttpClient.newHttpClient()
                    .send(
                            HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + management.getPort() + "/health"))
                                    .timeout(Duration.ofSeconds(30))
                                    .build(),
                            HttpResponse.BodyHandlers.ofString());
            JsonMapper mapper = JsonMapper.builder().build();

            assertThat(shown).hasSize(1);
            assertThat(shape(mapper.readTree(shown.get(0)))).isEqualTo(shape(mapper.readTree(answer.body())));
        }
    }

    /** Names and kinds of what is in it; of a list, of its first element. */
    private static String shape(JsonNode node) {
        if (node.isObject()) {
            StringBuilder members = new StringBuilder();
            for (Map.Entry<String, JsonNode> member : node.properties()) {
                members.append(member.getKey()).append(shape(member.getValue())).append(' ');
            }
            return "{" + members + "}";
        }
        return node.isArray() && !node.isEmpty() ? "[" + shape(node.get(0)) + "]" : ":" + node.getNodeType();
    }

    @Test
    void expressionOfAFilterIsOneThatTheBrokerTakes() throws IOException {
        List<String> shown = listings("protocol.adoc", "[source]");

        assertThat(shown).hasSize(1);
        SqlFilter filter = SqlFilter.compile(shown.get(0));
        assertThat(filter.matches(Map.of("amount", "101", "region", "EU"))).isTrue();
        assertThat(filter.matches(Map.of("amount", "100", "region", "EU"))).isFalse();
        assertThat(filter.matches(Map.of("TAGS", "urgent", "name", "order"))).isTrue();
        assertThat(filter.matches(Map.of("TAGS", "urgent", "name", "a test"))).isFalse();
    }
}
