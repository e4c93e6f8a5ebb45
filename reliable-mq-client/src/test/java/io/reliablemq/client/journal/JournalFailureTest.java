package io.reliablemq.client.journal;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.reliablemq.protocol.message.Message;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a journal says and keeps when its disk fails. */
class JournalFailureTest {

    private static final long MAX_BYTES = 100_000;

    @TempDir
    Path folder;

    @Test
    void aMessageWhoseFlushFailedIsNotAcceptedAndTheJournalStaysFailed() throws IOException {
        FailingFolder disk = new FailingFolder(folder);
        Journal journal = Journal.open(disk, MAX_BYTES);
        assertThat(journal.accept(message("before"), 1)).isNotNull();

        disk.flushFails = true;
        assertThat(journal.accept(message("lost?"), 2)).isNull();
        assertThat(journal.problem()).contains("could not be flushed").contains("Input/output error");

        // A flush that is said to succeed after one that failed proves nothing of what that one was for.
        disk.flushFails = false;
        int flushes = disk.flushes.get();
        assertThat(journal.accept(message("after"), 3)).isNull();
        assertThat(disk.flushes).hasValue(flushes);
        assertThat(bodies(journal)).containsExactly("before");
        journal.close();
    }

    @Test
    void whatWasAcceptedBeforeIsStillThereAfterTheNextStart() throws IOException {
        FailingFolder disk = new FailingFolder(folder);
        Journal journal = Journal.open(disk, MAX_BYTES);
        journal.accept(message("first"), 1);
        journal.accept(message("second"), 2);
        disk.flushFails = true;
        assertThat(journal.accept(message("third"), 3)).isNull();
        assertThatThrownBy(journal::close).hasMessageContaining("Input/output error");

        try (Journal next = Journal.open(folder, MAX_BYTES)) {
            // The third was not told to be accepted, nor to be lost: the disk may have it.
            assertThat(bodies(next)).startsWith("first", "second");
            assertThat(next.accept(message("fourth"), 4)).isNotNull();
        }
    }

    @Test
    void aTornRecordIsNoMessage() throws IOException {
        FailingFolder disk = new FailingFolder(folder);
        try (Journal journal = Journal.open(disk, MAX_BYTES)) {
            journal.accept(message("whole"), 1);
            disk.writeFails = true;
            assertThat(journal.accept(message("torn"), 2)).isNull();
            assertThat(journal.problem()).contains("No space left on device");
        }
        try (Journal next = Journal.open(folder, MAX_BYTES)) {
            assertThat(bodies(next)).containsExactly("whole");
        }
    }

    /** So many bytes that old files are to go, with a message in the oldest one that is still to be sent. */
    @Test
    void aFailedJournalKeepsTheFilesOfWhatWaits() throws IOException {
        FailingFolder disk = new FailingFolder(folder);
        String filling = "x".repeat(5_000);
        try (Journal journal = Journal.open(disk, MAX_BYTES)) {
            journal.accept(message("oldest"), 0);
            for (int i = 0; i < 35; i++) {
                journal.sent(accept(journal, "sent " + i + filling));
            }
            List<Journal.Entry> waiting = IntStream.range(0, 15)
                    .mapToObj(i -> accept(journal, "waits " + i + filling))
                    .toList();
            disk.writeFails = true;
            assertThat(journal.accept(message("one more"), 99)).isNull();
            journal.sent(waiting.get(0));
        }
        try (Journal next = Journal.open(folder, MAX_BYTES)) {
            // What was sent while nothing could be written comes again.
            assertThat(bodies(next)).hasSize(16).contains("oldest");
        }
    }

    private static Journal.Entry accept(Journal journal, String body) {
        return Objects.requireNonNull(journal.accept(message(body), 1));
    }

    private static Message message(String body) {
        return Message.of("T", body.getBytes(UTF_8));
    }

    private static List<String> bodies(Journal journal) {
        return journal.entries().stream()
                .map(entry -> new String(entry.message().body(), UTF_8))
                .toList();
    }
}
