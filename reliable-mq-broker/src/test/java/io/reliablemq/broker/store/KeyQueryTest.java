package io.reliablemq.broker.store;

import static io.reliablemq.broker.store.TestMessages.body;
import static io.reliablemq.broker.store.TestMessages.message;
import static io.reliablemq.broker.store.TestMessages.put;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.reliablemq.broker.ManualClock;
import io.reliablemq.broker.store.KeyQuery.Kind;
import io.reliablemq.broker.store.MessageStore.Entry;
import io.reliablemq.broker.store.MessageStore.QueryResult;
import io.reliablemq.broker.store.file.SimulatedDisk;
import io.reliablemq.protocol.runtime.Clock;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which messages a query by key, unique id or tag gives, and where a point in time is in a queue. */
class KeyQueryTest {

    private static final StoreSettings SETTINGS =
            StoreSettings.in(Path.of("/data")).withSegmentBytes(8 << 10).withPreallocateBytes(4 << 10);
    private static final long ALWAYS = Long.MAX_VALUE;

    private final SimulatedDisk disk = new SimulatedDisk();
    private final ManualClock clock = new ManualClock();

    private LogMessageStore open() throws Exception {
        return LogMessageStore.open(SETTINGS, disk, clock, (where, error) -> {
            throw new AssertionError(where, error);
        });
    }

    private static void put(LogMessageStore store, String topic, String body, Map<String, String> properties)
            throws Exception {
        TestMessages.put(store, message(topic, 0, body.getBytes(UTF_8), properties));
    }

    private static List<String> query(LogMessageStore store, KeyQuery query) throws Exception {
        List<String> bodies = new ArrayList<>();
        for (Entry entry : store.query(query).entries()) {
            bodies.add(body(java.util.Objects.requireNonNull(store.readAt(entry.position()))));
        }
        return bodies;
    }

    private static KeyQuery by(Kind kind, String key) {
        return new KeyQuery("orders", key, kind, 100, 1 << 20, 0, ALWAYS);
    }

    @Test
    void findsByKeyUniqueIdAndTagWithinTheTopic() throws Exception {
        try (LogMessageStore store = open()) {
            put(store, "orders", "first", Map.of("KEYS", "k1 k2", "UNIQ_KEY", "id1", "TAGS", "k2"));
            put(store, "orders", "second", Map.of("KEYS", "k2", "UNIQ_KEY", "id2", "TAGS", "t"));
            put(store, "others", "third", Map.of("KEYS", "k2", "UNIQ_KEY", "id1", "TAGS", "t"));

            assertThat(query(store, by(Kind.KEY, "k2"))).containsExactly("second", "first");
            assertThat(query(store, by(Kind.KEY, "id2"))).containsExactly("second");
            assertThat(query(store, by(Kind.KEY, "k1 k2"))).isEmpty();
            assertThat(query(store, by(Kind.UNIQUE_ID, "id1"))).containsExactly("first");
            assertThat(query(store, by(Kind.UNIQUE_ID, "k1"))).isEmpty();
            assertThat(query(store, by(Kind.TAG, "t"))).containsExactly("second");
            assertThat(query(store, by(Kind.TAG, "k2"))).containsExactly("first");
            assertThat(query(store, by(Kind.TAG, "k1"))).isEmpty();
        }
    }

    @Test
    void tellsHowFarTheIndexGoes() throws Exception {
        try (LogMessageStore store = open()) {
            assertThat(store.query(by(Kind.KEY, "k"))).isEqualTo(new QueryResult(List.of(), 0, 0, 0));
            AppendResult last = TestMessages.put(store, message("others", 0, "x"));

            QueryResult result = store.query(by(Kind.KEY, "k"));
            assertThat(result.lastPosition()).isEqualTo(last.position());
            assertThat(result.lastTimestamp()).isEqualTo(clock.wallMs());
        }
    }

    @Test
    void givesTheNewestWithinTheBounds() throws Exception {
        try (LogMessageStore store = open()) {
            for (int i = 0; i < 10; i++) {
                put(store, "orders", "m" + i, Map.of("KEYS", "k"));
            }
            assertThat(query(store, new KeyQuery("orders", "k", Kind.KEY, 3, 1 << 20, 0, ALWAYS)))
                    .containsExactly("m9", "m8", "m7");
            int size = store.query(by(Kind.KEY, "k")).entries().get(0).size();
            assertThat(query(store, new KeyQuery("orders", "k", Kind.KEY, 100, 2L * size, 0, ALWAYS)))
                    .containsExactly("m9", "m8");
            assertThat(query(store, new KeyQuery("orders", "k", Kind.KEY, 100, 1, 0, ALWAYS)))
                    .containsExactly("m9");
        }
    }

    /** A message of the model. */
    private record Sent(String body, String key, long timestamp) {}

    @ParameterizedTest
    @ValueSource(longs = {11, 12, 13, 14})
    void agreesWithAPlainListAcrossSegmentsAndRestarts(long seed) throws Exception {
        Random random = new Random(seed);
        List<Sent> sent = new ArrayList<>();
        for (int round = 0; round < 3; round++) {
            try (LogMessageStore store = open()) {
                agree(random, store, sent);
                int messages = random.nextInt(300);
                for (int i = 0; i < messages; i++) {
                    if (random.nextInt(3) == 0) {
                        clock.jump(Duration.ofMillis(random.nextInt(5)));
                    }
                    String key = "k" + random.nextInt(20);
                    String body = "m" + sent.size();
                    put(store, "orders", body, Map.of("KEYS", key));
                    sent.add(new Sent(body, key, clock.wallMs()));
                }
                agree(random, store, sent);
            }
        }
    }

    private void agree(Random random, LogMessageStore store, List<Sent> sent) throws Exception {
        long first = sent.isEmpty() ? clock.wallMs() : sent.get(0).timestamp();
        int span = (int) (clock.wallMs() - first) + 4;
        QueueKey queue = new QueueKey("orders", 0);
        for (int i = 0; i < 50; i++) {
            long begin = first - 2 + random.nextInt(span);
            long end = random.nextInt(3) == 0 ? ALWAYS : begin - 1 + random.nextInt(span);
            String key = "k" + random.nextInt(21);
            List<String> expected = new ArrayList<>();
            for (Sent each : sent) {
                if (each.key().equals(key) && each.timestamp() >= begin && each.timestamp() <= end) {
                    expected.add(0, each.body());
                }
            }
            assertThat(query(store, new KeyQuery("orders", key, Kind.KEY, 1000, 1 << 20, begin, end)))
                    .as("%s from %d to %d", key, begin, end)
                    .isEqualTo(expected);
            assertThat(store.offsetByTime(queue, begin))
                    .as("offset at %d", begin)
                    .isEqualTo(sent.stream().filter(m -> m.timestamp() < begin).count());
        }
        assertThat(store.offsetByTime(queue, Long.MIN_VALUE)).isZero();
        assertThat(store.offsetByTime(queue, ALWAYS)).isEqualTo(sent.size());
    }

    @Test
    void findsThePointInTimeInAQueueThatStartsLate() throws Exception {
        try (LogMessageStore store = open()) {
            long start = clock.wallMs();
            for (int i = 0; i < 100; i++) {
                put(store, "others", "filler " + i, Map.of());
                clock.jump(Duration.ofMillis(1));
            }
            put(store, "orders", "a", Map.of());
            put(store, "orders", "b", Map.of());

            QueueKey queue = new QueueKey("orders", 0);
            assertThat(store.offsetByTime(queue, start)).isZero();
            assertThat(store.offsetByTime(queue, start + 100)).isZero();
            assertThat(store.offsetByTime(queue, start + 101)).isEqualTo(2);
        }
    }

    @Test
    void worksWithTheSystemClock() throws Exception {
        try (LogMessageStore store = LogMessageStore.open(SETTINGS, disk, Clock.SYSTEM, (where, error) -> {
            throw new AssertionError(where, error);
        })) {
            put(store, "orders", "now", Map.of("KEYS", "k"));
            long now = Clock.SYSTEM.wallMs();
            KeyQuery lastMinute = new KeyQuery("orders", "k", Kind.KEY, 1, 1, now - 60_000, now + 60_000);
            assertThat(query(store, lastMinute)).containsExactly("now");
        }
    }
}
