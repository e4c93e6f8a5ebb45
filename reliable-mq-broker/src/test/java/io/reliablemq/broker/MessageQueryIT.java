package io.reliablemq.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.reliablemq.protocol.command.Command;
import io.reliablemq.protocol.command.RequestCode;
import io.reliablemq.protocol.command.ResponseCode;
import io.reliablemq.protocol.header.OffsetResponse;
import io.reliablemq.protocol.header.QueryMessageRequest;
import io.reliablemq.protocol.header.QueryMessageResponse;
import io.reliablemq.protocol.header.SearchOffsetRequest;
import io.reliablemq.protocol.header.ViewMessageRequest;
import io.reliablemq.protocol.message.MessageLayout;
import io.reliablemq.protocol.message.StoredMessage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Queries for messages over the wire, also while index files are damaged. */
class MessageQueryIT {

    @TempDir
    Path folder;

    private final WireClient wire = new WireClient();
    private Broker broker;

    @BeforeEach
    void start() {
        BrokerProperties properties = LocalProperties.in(folder);
        properties.setName("broker-a");
        properties.setSegmentBytes("1MB");
        broker = Broker.start(properties.toSettings());
    }

    @AfterEach
    void stop() {
        wire.close();
        broker.close();
    }

    private Command query(String key, int most, String type, boolean unique) {
        QueryMessageRequest header =
                new QueryMessageRequest("orders", key, most, 0, Long.MAX_VALUE, type, unique, null);
        return wire.answer(broker.address(), Command.request(RequestCode.QUERY_MESSAGE, header.fields()));
    }

    private static List<String> texts(Command answer) {
        return MessageLayout.decodeAll(answer.body().buffer()).stream()
                .map(WireClient::text)
                .toList();
    }

    private void send(String body, Map<String, String> properties) {
        assertThat(wire.send(broker.address(), "orders", 0, body, properties).code())
                .isEqualTo(ResponseCode.SUCCESS);
    }

    @Test
    void answersQueriesByKeyUniqueIdAndTagOldestFirst() {
        send("one", Map.of("KEYS", "a b", "UNIQ_KEY", "id-1", "TAGS", "t"));
        send("two", Map.of("KEYS", "b", "UNIQ_KEY", "id-2", "TAGS", "a"));
        send("three", Map.of("KEYS", "b c", "UNIQ_KEY", "id-1"));

        assertThat(texts(query("b", 64, "K", false))).containsExactly("one", "two", "three");
        assertThat(texts(query("b", 2, null, false))).containsExactly("two", "three");
        assertThat(texts(query("a", 64, "", false))).containsExactly("one");
        assertThat(texts(query("a", 64, "T", false))).containsExactly("two");
        assertThat(texts(query("id-1", 64, "U", false))).containsExactly("one", "three");
        assertThat(texts(query("id-1", 1, "K", true)))
                .as("the number wanted does not count then")
                .containsExactly("one", "three");
    }

    @Test
    void tellsHowFarTheIndexGoesAlsoWhenNothingIsFound() {
        send("one", Map.of("KEYS", "a"));
        StoredMessage stored = wire.messages(broker.address(), "orders", 0, 0).get(0);

        for (Command answer : List.of(query("a", 1, "K", false), query("nothing", 1, "K", false))) {
            QueryMessageResponse header = QueryMessageResponse.read(answer.fields());
            assertThat(header.lastPosition()).isEqualTo(stored.position());
            assertThat(header.lastTimestamp()).isEqualTo(stored.storeTimestamp());
        }
        assertThat(query("nothing", 1, "K", false).code()).isEqualTo(ResponseCode.QUERY_NOT_FOUND);
    }

    @Test
    void refusesWhatIsNoQuery() {
        assertThat(query("a", 0, "K", false).code()).isEqualTo(ResponseCode.INVALID_PARAMETER);
        assertThat(query("a", 1, "X", false).remark()).contains("index type X");
    }

    @Test
    void boundsTheSizeOfAnAnswer() {
        String body = "x".repeat(1_000_000);
        for (int i = 0; i < 6; i++) {
            send(body.substring(1) + i, Map.of("KEYS", "a"));
        }
        assertThat(texts(query("a", 64, "K", false)))
                .extracting(text -> text.charAt(text.length() - 1))
                .containsExactly('2', '3', '4', '5');
    }

    @Test
    void searchesAQueueByTime() {
        send("one", Map.of());
        send("two", Map.of());
        List<StoredMessage> stored = wire.messages(broker.address(), "orders", 0, 0);
        long first = stored.get(0).storeTimestamp();
        long second = stored.get(1).storeTimestamp();

        assertThat(search(first, null)).isZero();
        assertThat(search(second, "LOWER")).isEqualTo(first == second ? 0 : 1);
        assertThat(search(first, "UPPER")).isEqualTo(first == second ? 1 : 0);
        assertThat(search(second, "UPPER")).isEqualTo(1);
        assertThat(search(first - 1, "UPPER")).isZero();
        assertThat(search(second + 1, "LOWER")).isEqualTo(2);
        assertThat(search(Long.MAX_VALUE, "LOWER")).isEqualTo(2);
        assertThat(search(Long.MAX_VALUE, "UPPER")).isEqualTo(1);
    }

    private long search(long timestamp, @Nullable String boundary) {
        SearchOffsetRequest header = new SearchOffsetRequest("orders", 0, timestamp, boundary);
        Command request = Command.request(RequestCode.SEARCH_OFFSET_BY_TIMESTAMP, header.fields());
        return OffsetResponse.read(wire.answer(broker.address(), request).fields())
                .offset();
    }

    @Test
    void viewsAMessageByItsPositionAndNothingElse() {
        send("one", Map.of("KEYS", "a"));
        StoredMessage stored = wire.messages(broker.address(), "orders", 0, 0).get(0);

        assertThat(texts(view(stored.position()))).containsExactly("one");
        for (long wrong : new long[] {stored.position() + 1, stored.position() - 1, 0, -5, Long.MAX_VALUE}) {
            assertThat(view(wrong).code()).as("position %d", wrong).isEqualTo(ResponseCode.SYSTEM_ERROR);
        }
    }

    private Command view(long position) {
        return wire.answer(
                broker.address(),
                Command.request(RequestCode.VIEW_MESSAGE_BY_ID, new ViewMessageRequest(position).fields()));
    }

    @Test
    void pullsAndQueriesThatMeetADamagedFileAreAnsweredWhenItIsMadeAgain() throws Exception {
        String filler = "x".repeat(100_000);
        for (int i = 0; i < 25; i++) {
            send(i + filler, Map.of("KEYS", "key-" + i));
        }
        await().until(() -> files(".keys").size() == 2 && files(".index").size() == 2);
        for (Path file : List.of(files(".keys").get(0), files(".index").get(0))) {
            byte[] content = Files.readAllBytes(file);
            content[content.length - 4090] ^= 1;
            Files.write(file, content);
        }

        assertThat(texts(query("key-0", 1, "K", false))).containsExactly("0" + filler);
        Command pulled = wire.pull(broker.address(), "readers", "orders", 0, 0, Duration.ZERO, "*")
                .join();
        assertThat(texts(pulled)).startsWith("0" + filler);
    }

    private List<Path> files(String ending) throws IOException {
        try (Stream<Path> files = Files.list(folder.resolve("log"))) {
            return files.filter(file -> file.toString().endsWith(ending))
                    .sorted()
                    .toList();
        }
    }
}
