package io.reliablemq.broker.store;

import io.reliablemq.broker.store.CommitMarks.Marks;
import io.reliablemq.broker.store.epoch.EpochHistory;
import io.reliablemq.broker.store.file.AtomicFile;
import io.reliablemq.broker.store.file.DataFolder;
import io.reliablemq.broker.store.log.LogCut;
import io.reliablemq.broker.store.log.LogFolder;
import io.reliablemq.broker.store.log.LogGaps;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * Carries out a {@link Realignment} that was noted, before the log is opened. A crash in the middle of it leaves the note, and the
 * next opening does all of it again.
 *
 * <pre>
 * realign CUT-AT CONTINUE-AT BYTES-OF-EPOCHS BYTES-OF-GAPS
 * the bytes of epochs and gaps, as their own files hold them
 * </pre>
 */
final class StoreRealignment {

    private static final int WORDS = 5;

    static void note(DataFolder data, Realignment realignment) throws IOException {
        byte[] epochs = realignment.epochs().encode();
        byte[] gaps = realignment.gaps().encode();
        byte[] head = "realign %d %d %d %d\n"
                .formatted(realignment.cutAt(), realignment.continueAt(), epochs.length, gaps.length)
                .getBytes(StandardCharsets.UTF_8);
        ByteBuffer note = ByteBuffer.allocate(head.length + epochs.length + gaps.length);
        file(data).write(note.put(head).put(epochs).put(gaps).flip());
    }

    /** Does what is noted, if anything is. */
    static void run(DataFolder data, LogFolder folder) throws IOException {
        byte[] note = file(data).read();
        if (note == null) {
            return;
        }
        Realignment wanted = read(note, file(data));
        data.markInUse();
        EpochHistory before = StoreEpochs.file(data).read();
        LogCut cut = new LogCut(folder);
        cut.cut(wanted.cutAt(), "epoch" + (before == null ? 0 : before.lastNumber()));
        Marks marks = CommitMarks.read(CommitMarks.file(data));
        CommitMarks.write(CommitMarks.file(data), marks.cutAt(wanted.cutAt()));
        cut.goOn(wanted.cutAt(), wanted.continueAt(), wanted.gaps());
        StoreEpochs.file(data).write(wanted.epochs());
        file(data).delete();
    }

    private static Realignment read(byte[] note, AtomicFile file) throws IOException {
        try {
            String text = new String(note, StandardCharsets.ISO_8859_1);
            int line = text.indexOf('\n');
            String[] words = text.substring(0, line).split(" ");
            if (words.length != WORDS) {
                throw new IllegalArgumentException("its first line is '" + text.substring(0, line) + "'");
            }
            ByteBuffer rest = ByteBuffer.wrap(note, line + 1, note.length - line - 1);
            byte[] epochs = new byte[Integer.parseInt(words[3])];
            byte[] gaps = new byte[Integer.parseInt(words[4])];
            rest.get(epochs).get(gaps);
            return new Realignment(
                    Long.parseLong(words[1]),
                    Long.parseLong(words[2]),
                    LogGaps.decode(gaps),
                    EpochHistory.decode(epochs));
        } catch (IllegalArgumentException | IndexOutOfBoundsException | java.nio.BufferUnderflowException e) {
            throw new IOException("The file " + file.path() + " is damaged: " + e.getMessage(), e);
        }
    }

    private static AtomicFile file(DataFolder data) {
        return data.file("realign");
    }

    private StoreRealignment() {}
}
