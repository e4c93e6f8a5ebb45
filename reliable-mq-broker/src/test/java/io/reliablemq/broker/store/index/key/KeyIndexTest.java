package io.reliablemq.broker.store.index.key;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.reliablemq.broker.store.file.SimulatedDisk;
import io.reliablemq.broker.store.index.DamagedFiles;
import io.reliablemq.broker.store.index.IndexDamagedException;
import io.reliablemq.broker.store.index.IndexedMessage;
import io.reliablemq.broker.store.index.KeyHashes;
import io.reliablemq.broker.store.index.MessageMarks;
import io.reliablemq.broker.store.index.QueueEntries;
import io.reliablemq.broker.store.index.QueueIndex;
import io.reliablemq.broker.store.index.SegmentRebuild;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The key index alone: its file, damage to it, and look-ups compared with a plain list. */
class KeyIndexTest {

    private static final long SEGMENT = 1_000_000;

    private final SimulatedDisk disk = new SimulatedDisk();
    private final DamagedFiles damaged = new DamagedFiles();
    private final QueueEntries queue = new QueueIndex(disk, KeyIndexTest::path, damaged).queue("orders", 0);

    private static Path path(long base) {
        return Path.of("/log/" + base + ".keys");
    }

    private KeyIndex index() {
        return new KeyIndex(disk, KeyIndexTest::path, damaged);
    }

    private IndexedMessage message(long base, int position, long timestamp, Map<String, String> properties) {
        return new IndexedMessage(queue, 0, base, position, 100, timestamp, MessageMarks.of("orders", properties));
    }

    /** Three messages with four different keys, one of them twice. */
    private KeyIndex saved() throws Exception {
        KeyIndex index = index();
        index.add(message(0, 32, 1_000, Map.of("KEYS", "k1 k2", "UNIQ_KEY", "id1")));
        index.add(message(0, 164, 1_001, Map.of("KEYS", " k1  k1 ", "TAGS", "t")));
        index.add(message(0, 296, 1_005, Map.of()));
        index.save(0, SEGMENT);
        return index;
    }

    private List<String> find(KeyIndex index, int hash, long begin, long end) throws Exception {
        List<String> found = new ArrayList<>();
        index.find(hash, begin, end, (base, positions) -> {
            for (int i = positions.length - 1; i >= 0; i--) {
                found.add(base + "+" + positions[i]);
            }
            return true;
        });
        return found;
    }

    private List<String> find(KeyIndex index, String key) throws Exception {
        return find(index, KeyHashes.ofKey("orders", key), 0, Long.MAX_VALUE);
    }

    /** The expected bytes were computed apart from this code, from the layout and the definition of the hash code. */
    @Test
    void writesTheBytesThatItsLayoutSays() throws Exception {
        saved();
        byte[] content = disk.content(path(0));
        HexFormat hex = HexFormat.of();

        assertThat(content).hasSize(64 + 4096);
        assertThat(hex.formatHex(content, 0, 64))
                .isEqualTo("524d514b00010000" + "0000000000000000" + "00000000000f4240" + "00000000000003e8"
                        + "00000000000003ed" + "00000005" + "00000000".repeat(4) + "7f76b865");
        assertThat(hex.formatHex(content, 64, 64 + 40))
                .isEqualTo("adde2c7d00000020"
                        + "c74f47f3000000a4"
                        + "d2fcc00500000020"
                        + "03ef6d7100000020"
                        + "03ef6d71000000a4");
        assertThat(hex.formatHex(content, 64 + 4092, 64 + 4096)).isEqualTo("0b1d8747");
    }

    @Test
    void findsTheSameInMemoryAndInTheFile() throws Exception {
        KeyIndex index = saved();
        KeyIndex loaded = index();
        assertThat(loaded.load(0, SEGMENT)).isTrue();

        for (KeyIndex each : List.of(index, loaded)) {
            assertThat(find(each, "k1")).containsExactly("0+164", "0+32");
            assertThat(find(each, "k2")).containsExactly("0+32");
            assertThat(find(each, "id1")).containsExactly("0+32");
            assertThat(find(each, "t")).isEmpty();
            assertThat(find(each, KeyHashes.ofTag("orders", "t"), 0, Long.MAX_VALUE))
                    .containsExactly("0+164");
            assertThat(find(each, KeyHashes.ofKey("orders", "k1"), 1_006, Long.MAX_VALUE))
                    .isEmpty();
            assertThat(find(each, KeyHashes.ofKey("orders", "k1"), 0, 999)).isEmpty();
        }
    }

    @Test
    void doesNotLoadAFileThatIsDamagedAnywhereInItsHeaderOrHasAnotherSize() throws Exception {
        saved();
        byte[] sound = disk.content(path(0));
        for (int at = 0; at < KeyLayout.HEADER_BYTES; at++) {
            byte[] bad = sound.clone();
            bad[at] ^= 0x10;
            disk.replace(path(0), bad);
            assertThat(index().load(0, SEGMENT)).as("byte %d", at).isFalse();
        }
        disk.replace(path(0), java.util.Arrays.copyOf(sound, sound.length - 1));
        assertThat(index().load(0, SEGMENT)).isFalse();
        disk.replace(path(0), sound);
        assertThat(index().load(0, SEGMENT + 1)).isFalse();
        assertThat(index().load(1, SEGMENT)).isFalse();
        assertThat(index().load(0, SEGMENT)).isTrue();
        assertThat(damaged.found()).isZero();
    }

    @Test
    void reportsDamageAnywhereInABlockAndReadsTheFileThatIsMadeAgain() throws Exception {
        KeyIndex index = saved();
        byte[] sound = disk.content(path(0));
        for (int at = KeyLayout.HEADER_BYTES; at < sound.length; at += 7) {
            byte[] bad = sound.clone();
            bad[at] ^= 0x10;
            disk.replace(path(0), bad);
            long before = damaged.found();

            assertThatThrownBy(() -> find(index, "k1"))
                    .as("byte %d", at)
                    .isInstanceOf(IndexDamagedException.class)
                    .hasMessageContaining("damaged in block 0");
            assertThat(index.verify(0)).isFalse();
            assertThat(damaged.found()).as("reported once").isEqualTo(before + 1);

            makeAgain(index);
            assertThat(disk.content(path(0))).isEqualTo(sound);
            assertThat(find(index, "k1")).containsExactly("0+164", "0+32");
            assertThat(index.verify(0)).isTrue();
        }
    }

    @Test
    void reportsAMissingFile() throws Exception {
        KeyIndex index = saved();
        disk.delete(path(0));

        assertThatThrownBy(() -> find(index, "k1"))
                .isInstanceOf(IndexDamagedException.class)
                .hasMessageContaining("missing");
        assertThat(index.verify(0)).isFalse();
        assertThat(damaged.found()).isEqualTo(1);
        makeAgain(index);
        assertThat(index.verify(0)).isTrue();
    }

    private void makeAgain(KeyIndex index) throws Exception {
        DamagedFiles.Repair repair = damaged.next();
        assertThat(repair).isNotNull();
        SegmentRebuild rebuild = repair.index().rebuild(0, SEGMENT);
        rebuild.add(message(0, 32, 1_000, Map.of("KEYS", "k1 k2", "UNIQ_KEY", "id1")));
        rebuild.add(message(0, 164, 1_001, Map.of("KEYS", " k1  k1 ", "TAGS", "t")));
        rebuild.add(message(0, 296, 1_005, Map.of()));
        rebuild.finish();
        damaged.done(repair);
        assertThat(repair.index()).isSameAs(index);
    }

    @Test
    void keepsTheFirstWordsOfAMessageWithTooMany() {
        String keys = String.join(" ", Collections.nCopies(KeyHashes.MAX_WORDS + 5, "w"));
        assertThat(MessageMarks.of("orders", Map.of("KEYS", keys)).keyHashes()).hasSize(KeyHashes.MAX_WORDS);
    }

    @Test
    void takesOnlyWholeWordsForKeys() {
        assertThat(KeyHashes.holds("ab abc", "abc")).isTrue();
        assertThat(KeyHashes.holds("ab abc", "ab")).isTrue();
        assertThat(KeyHashes.holds("abc", "ab")).isFalse();
        assertThat(KeyHashes.holds("abc", "bc")).isFalse();
        assertThat(KeyHashes.holds("a b", "a b")).isFalse();
        assertThat(KeyHashes.holds("a b", "")).isFalse();
    }

    /** One entry of the model. */
    private record Known(int hash, long base, int position, long timestamp) {}

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void agreesWithAPlainListAtAnyTime(long seed) throws Exception {
        Random random = new Random(seed);
        List<Known> model = new ArrayList<>();
        KeyIndex index = index();
        long timestamp = 10;
        int keys = 1 + random.nextInt(400);
        for (long base = 0; base < 5 * SEGMENT; base += SEGMENT) {
            int messages = random.nextInt(3_000);
            for (int i = 0; i < messages; i++) {
                timestamp += random.nextInt(3);
                IndexedMessage message = message(base, 32 + i * 100, timestamp, properties(random, keys));
                index.add(message);
                for (int hash : message.marks().keyHashes()) {
                    model.add(new Known(hash, base, 32 + i * 100, timestamp));
                }
            }
            agree(random, index, model, timestamp);
            if (random.nextInt(4) > 0) {
                index.save(base, base + SEGMENT);
            }
        }
        agree(random, index, model, timestamp);
        index.drop(SEGMENT);
        model.removeIf(known -> known.base() == SEGMENT);
        agree(random, index, model, timestamp);
    }

    private static Map<String, String> properties(Random random, int keys) {
        return switch (random.nextInt(4)) {
            case 0 -> Map.of();
            case 1 -> Map.of("KEYS", random.nextInt(keys) + " " + random.nextInt(keys), "TAGS", "t");
            case 2 -> Map.of("KEYS", "hot", "UNIQ_KEY", "id" + random.nextInt(keys));
            default -> Map.of("KEYS", Integer.toString(random.nextInt(keys)));
        };
    }

    /** What is found is what the list holds, but that segments are taken or left as a whole by their times. */
    private void agree(Random random, KeyIndex index, List<Known> model, long last) throws Exception {
        for (int i = 0; i < 100; i++) {
            int hash = i == 0
                    ? KeyHashes.ofTag("orders", "t")
                    : KeyHashes.ofKey("orders", i == 1 ? "hot" : Integer.toString(random.nextInt(450)));
            long begin = random.nextLong(last + 2);
            long end = random.nextBoolean() ? Long.MAX_VALUE : begin + random.nextLong(last + 2);
            TreeSet<String> expected = new TreeSet<>();
            TreeSet<String> allowed = new TreeSet<>();
            for (Known known : model) {
                if (known.hash() == hash) {
                    allowed.add(known.base() + "+" + known.position());
                    if (known.timestamp() >= begin && known.timestamp() <= end) {
                        expected.add(known.base() + "+" + known.position());
                    }
                }
            }
            List<String> found = find(index, hash, begin, end);
            assertThat(found).doesNotHaveDuplicates().containsAll(expected);
            assertThat(allowed).containsAll(found);
            if (begin == 0 && end == Long.MAX_VALUE) {
                assertThat(new TreeSet<>(found)).isEqualTo(allowed);
            }
        }
    }
}
