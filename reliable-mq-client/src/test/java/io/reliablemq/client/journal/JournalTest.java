package io.reliablemq.client.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import io.reliablemq.client.journal.Journal.Entry;
import io.reliablemq.protocol.message.Message;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JournalTest {

    private static final long MAX_BYTES = 100_000;

    @TempDir
    Path folder;

    private Journal journal;

    @BeforeEach
    void open() throws IOException {
        journal = Journal.open(folder, MAX_BYTES);
    }

    @AfterEach
    void close() throws IOException {
        journal.close();
    }

    private void reopen() throws IOException {
        journal.close();
        open();
    }

    private static Message message(String body) {
        return Message.builder("T")
                .tag("the-tag")
                .property("unicode", "Grüße 🚀")
                .flag(7)
                .body(body.getBytes(StandardCharsets.UTF_8))
                .build();
    }

    private Entry accept(String body) {
        return Objects.requireNonNull(journal.accept(message(body), 5));
    }

    private List<String> bodies() {
        return journal.entries().stream().map(JournalTest::body).toList();
    }

    private static String body(Entry entry) {
        return new String(entry.message().body(), StandardCharsets.UTF_8);
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> paths = Files.list(folder)) {
            return paths.filter(path -> path.toString().endsWith(".journal"))
                    .sorted()
                    .toList();
        }
    }

    @Test
    void whatWasAcceptedIsThereAfterARestartInItsOrder() throws IOException {
        accept("a");
        Entry b = accept("b");
        accept("c");
        journal.sent(b);
        reopen();

        assertThat(bodies()).containsExactly("a", "c");
        Message first = journal.entries().get(0).message();
        assertThat(first.properties()).isEqualTo(message("a").properties());
        assertThat(first.flag()).isEqualTo(7);
        assertThat(journal.entries().get(0).bornTimestamp()).isEqualTo(5);
        accept("d");
        reopen();
        assertThat(bodies()).containsExactly("a", "c", "d");
    }

    @Test
    void aTornTailIsSetAsideAndWhatStandsBeforeItIsKept() throws IOException {
        accept("a");
        accept("b");
        journal.close();
        Path file = files().get(0);
        byte[] whole = Files.readAllBytes(file);
        for (int cut = 1; cut < whole.length / 2; cut += 7) {
            Files.write(file, Arrays.copyOf(whole, whole.length - cut));
            open();
            assertThat(bodies()).as("cut by %d", cut).containsExactly("a");
            journal.close();
            assertThat(Files.size(folder.resolve("00000000000000000000.unreadable")))
                    .isEqualTo(whole.length / 2 - cut);
        }
        open();
    }

    @Test
    void aChangedByteIsNoticed() throws IOException {
        accept("a");
        accept("b");
        journal.close();
        Path file = files().get(0);
        byte[] whole = Files.readAllBytes(file);
        Random random = new Random(11);
        for (int i = 0; i < 50; i++) {
            byte[] damaged = whole.clone();
            damaged[whole.length / 2 + random.nextInt(whole.length / 2)] ^= (byte) (1 << random.nextInt(8));
            Files.write(file, damaged);
            open();
            assertThat(bodies()).containsExactly("a");
            journal.close();
        }
        open();
    }

    @Test
    void takesNoMoreThanItsBoundAndGoesOnWhenThereIsRoom() {
        List<Entry> accepted = new ArrayList<>();
        String kilobyte = "x".repeat(1_000);
        for (Entry entry = journal.accept(message(kilobyte), 5);
                entry != null;
                entry = journal.accept(message(kilobyte), 5)) {
            accepted.add(entry);
        }

        assertThat(journal.waitingBytes()).isLessThanOrEqualTo(MAX_BYTES).isGreaterThan(MAX_BYTES - 2_000);
        assertThat(journal.problem()).isEmpty();
        journal.sent(accepted.get(0));
        assertThat(journal.accept(message(kilobyte), 5)).isNotNull();
    }

    @Test
    void filesGoWhenTheirMessagesAreDoneAndAnOldMessageDoesNotKeepThemAll() throws IOException {
        Entry old = accept("the old one");
        for (int i = 0; i < 1_000; i++) {
            journal.sent(accept("x".repeat(1_000)));
            assertThat(files()).hasSizeLessThan(8);
        }
        reopen();
        assertThat(bodies()).containsExactly("the old one");

        journal.sent(old);
        reopen();
        assertThat(bodies()).isEmpty();
        assertThat(files()).hasSizeLessThanOrEqualTo(2);
    }

    @Test
    void whatIsSetAsideStaysAndIsNotSent() throws IOException {
        journal.reject(accept("bad"));
        accept("good");
        for (int i = 0; i < 300; i++) {
            journal.sent(accept("x".repeat(1_000)));
        }
        reopen();

        assertThat(bodies()).containsExactly("good");
        assertThat(journal.rejected())
                .extracting(message -> new String(message.body(), StandardCharsets.UTF_8))
                .containsExactly("bad");
    }

    @Test
    void whatIsSetAsideTakesRoomUntilItIsDiscarded() throws IOException {
        assertTimeoutPreemptively(Duration.ofSeconds(20), () -> {
            // Of all that is refused, as of a broker that takes smaller messages than the application sends.
            for (Entry bad = journal.accept(message("x".repeat(1_000)), 5);
                    bad != null;
                    bad = journal.accept(message("x".repeat(1_000)), 5)) {
                journal.reject(bad);
                assertThat(journal.rejected()).hasSizeLessThan(100);
            }
            reopen();
        });
        assertThat(journal.accept(message("x".repeat(1_000)), 5)).isNull();
        assertThat(journal.problem()).isEmpty();

        Message discarded = journal.rejected().get(0);
        int before = journal.rejected().size();
        assertThat(journal.discardRejected(discarded)).isTrue();
        assertThat(journal.discardRejected(message("unknown"))).isFalse();
        accept("good");
        reopen();
        assertThat(journal.rejected()).hasSize(before - 1);
        assertThat(bodies()).containsExactly("good");
    }

    /** As after many months of a version that did not count them, or with a smaller bound than before. */
    @Test
    void moreThanItsBoundSetAsideDoesNotKeepItBusyForEver() throws IOException {
        journal.close();
        journal = Journal.open(folder, 10 * MAX_BYTES);
        for (int i = 0; i < 400; i++) {
            journal.reject(accept(i + "x".repeat(1_000)));
        }
        Entry good = accept("good");

        assertTimeoutPreemptively(Duration.ofSeconds(20), () -> {
            reopen();
            journal.sent(good);
            reopen();
        });
        assertThat(journal.rejected()).hasSize(400);
        assertThat(bodies()).isEmpty();
    }

    @Test
    void manyThreadsAcceptAndEndAtOnce() throws IOException {
        List<CompletableFuture<Void>> threads = IntStream.range(0, 8)
                .mapToObj(thread -> CompletableFuture.runAsync(() -> {
                    for (int i = 0; i < 100; i++) {
                        Entry entry = accept(thread + "-" + "x".repeat(500) + i);
                        if (i % 10 != 0) {
                            journal.sent(entry);
                        }
                    }
                }))
                .toList();
        threads.forEach(CompletableFuture::join);
        reopen();

        assertThat(journal.problem()).isEmpty();
        assertThat(bodies()).hasSize(80).doesNotHaveDuplicates();
    }

    /** As of a sender whose task was cancelled; files of 64 KiB, so that others are begun and deleted meanwhile. */
    @Test
    void aSenderThatIsInterruptedDoesNotEndTheJournal() throws IOException {
        List<String> kept = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            String body = i + "-" + "x".repeat(3_000);
            Thread.currentThread().interrupt();
            Entry entry = journal.accept(message(body), 5);
            assertThat(Thread.interrupted()).isTrue();
            assertThat(entry).as(journal.problem()).isNotNull();
            if (i % 10 == 0) {
                kept.add(body);
            } else {
                Thread.currentThread().interrupt();
                journal.sent(Objects.requireNonNull(entry));
                assertThat(Thread.interrupted()).isTrue();
            }
        }
        reopen();

        assertThat(journal.problem()).isEmpty();
        assertThat(bodies()).isEqualTo(kept);
    }

    @Test
    void aFolderIsUsedByOneAtATime() {
        assertThatThrownBy(() -> Journal.open(folder, MAX_BYTES))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("in use");
    }
}
