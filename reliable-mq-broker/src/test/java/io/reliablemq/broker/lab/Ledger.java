package io.reliablemq.broker.lab;

import static org.assertj.core.api.Assertions.assertThat;

import io.reliablemq.broker.lab.LogImage.Entry;
import io.reliablemq.broker.store.AppendResult;
import io.reliablemq.broker.store.FlushDiskType;
import io.reliablemq.protocol.message.StoredMessage;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * What was sent to a store, how it was answered, and what must therefore be found.
 *
 * <p>Messages are told apart by a number at the start of their bodies, given in the order of sending.
 */
final class Ledger {

    /** What is known of a message. */
    private enum Fate {
        /** Not answered, or answered so that it may be stored or not. */
        UNKNOWN,
        /** In the log, as far as the store said or somebody saw. */
        STORED,
        /** Refused, or gone after a restart: must never be found. */
        ABSENT
    }

    private static final class Sent {
        final StoredMessage message;
        final long origin;
        final int life;
        Fate fate = Fate.UNKNOWN;
        boolean answered;
        /** Whether no stop of the machine may take it back. */
        boolean promised;

        /** Whether it may go, or has gone, since it was kept long enough. */
        boolean deleted;

        long position = -1;
        long queueOffset = -1;

        Sent(StoredMessage message, long origin, int life) {
            this.message = message;
            this.origin = origin;
            this.life = life;
        }
    }

    private final FlushDiskType flushDiskType;
    private final List<Sent> sent = new ArrayList<>();
    private int life;
    private boolean powerCut;

    Ledger(FlushDiskType flushDiskType) {
        this.flushDiskType = flushDiskType;
    }

    /** The number of the next message that will be noted. */
    int nextNumber() {
        return sent.size();
    }

    /** Notes messages that are handed to the store together; returns what to do with the answer. */
    Answer send(List<StoredMessage> messages, long origin) {
        List<Sent> batch = new ArrayList<>();
        for (StoredMessage message : messages) {
            batch.add(new Sent(message, origin, life));
        }
        sent.addAll(batch);
        return result -> answered(batch, result);
    }

    /** Takes the store's answer. */
    @FunctionalInterface
    interface Answer {

        void done(AppendResult result);
    }

    private void answered(List<Sent> batch, AppendResult result) {
        for (int i = 0; i < batch.size(); i++) {
            Sent one = batch.get(i);
            assertThat(one.answered).as("answered before").isFalse();
            one.answered = true;
            switch (result.status()) {
                case COMMITTED -> {
                    one.fate = Fate.STORED;
                    one.promised = flushDiskType == FlushDiskType.SYNC_FLUSH;
                }
                case FLUSH_TIMEOUT, REPLICA_TIMEOUT, NO_REPLICA, FAILED -> one.fate = Fate.UNKNOWN;
                case BUSY, NO_SPACE, CLOSED -> one.fate = Fate.ABSENT;
            }
            if (result.status().isStored()) {
                one.queueOffset = result.queueOffset() + i;
                one.position = i == 0 ? result.position() : -1;
            }
        }
    }

    /** A flush has returned: nothing of what was answered as stored may vanish from now on. */
    void flushed() {
        for (Sent one : sent) {
            one.promised |= one.fate == Fate.STORED;
        }
    }

    /** Nobody has anything to do any more and nothing has failed: each message must have been answered. */
    void settled() {
        for (int number = 0; number < sent.size(); number++) {
            Sent one = sent.get(number);
            assertThat(one.answered || one.life < life)
                    .as("whether message %d was answered", number)
                    .isTrue();
        }
    }

    /** Retention takes these, now or, after a crash in between, at the next start. */
    void deleted(List<Entry> entries) {
        entries.forEach(entry -> sent.get(numberOf(entry.message())).deleted = true);
    }

    /** The process has ended, and the machine with it if power was cut. */
    void stopped(boolean withPower) {
        powerCut |= withPower;
    }

    /** Checks what can be read while the store runs; what was seen under synchronous flush may not vanish either. */
    void seen(LogImage image) {
        boolean[] found = match(image);
        for (int number = 0; number < found.length; number++) {
            Sent one = sent.get(number);
            if (found[number]) {
                one.fate = Fate.STORED;
                one.promised |= flushDiskType == FlushDiskType.SYNC_FLUSH;
            } else if (one.fate == Fate.STORED && !one.deleted) {
                throw new AssertionError("Message " + number + " was answered as stored, but is not to be seen");
            }
        }
    }

    /** Checks what a restart brought back, and starts from there: it must never vanish, the rest must never come back. */
    void recovered(LogImage image) {
        boolean[] found = match(image);
        int gapInLife = -1;
        for (int number = 0; number < found.length; number++) {
            Sent one = sent.get(number);
            boolean required = one.promised || one.fate == Fate.STORED && !powerCut;
            if (required && !found[number] && !one.deleted) {
                throw new AssertionError("Message " + number + " is lost");
            }
            if (found[number] && one.life == gapInLife) {
                throw new AssertionError("Message " + number + " is there, one that was sent before it is not");
            }
            if (!found[number] && one.fate != Fate.ABSENT && !one.deleted) {
                gapInLife = one.life;
            }
        }
        for (int number = 0; number < found.length; number++) {
            Sent one = sent.get(number);
            one.fate = found[number] ? Fate.STORED : Fate.ABSENT;
            one.promised = found[number];
        }
        life++;
        powerCut = false;
    }

    /** Each message in the log must be one that was sent, intact, at its place, in order, and there once. */
    private boolean[] match(LogImage image) {
        boolean[] found = new boolean[sent.size()];
        int before = -1;
        long timestamp = 0;
        for (Entry entry : image.entries()) {
            int number = numberOf(entry.message());
            assertThat(number).as("order at position %d", entry.position()).isGreaterThan(before);
            assertThat(number).as("messages sent").isLessThan(sent.size());
            assertThat(entry.message().storeTimestamp()).as("store time").isGreaterThanOrEqualTo(timestamp);
            before = number;
            timestamp = entry.message().storeTimestamp();
            found[number] = true;
            match(entry, sent.get(number), number);
        }
        return found;
    }

    private static void match(Entry entry, Sent one, int number) {
        if (one.fate == Fate.ABSENT) {
            throw new AssertionError("Message " + number + " was refused or gone, and is there");
        }
        assertThat(entry.message().body()).as("body of message %d", number).isEqualTo(one.message.body());
        assertThat(entry.queue().topic()).isEqualTo(one.message.topic());
        assertThat(entry.queue().queueId()).isEqualTo(one.message.queueId());
        assertThat(entry.message().properties()).isEqualTo(one.message.properties());
        assertThat(entry.origin()).as("origin of message %d", number).isEqualTo(one.origin);
        if (one.position >= 0) {
            assertThat(entry.position()).as("position of message %d", number).isEqualTo(one.position);
        }
        if (one.queueOffset >= 0) {
            assertThat(entry.message().queueOffset())
                    .as("offset of message %d", number)
                    .isEqualTo(one.queueOffset);
        }
    }

    private static int numberOf(StoredMessage message) {
        String body = new String(message.body(), StandardCharsets.ISO_8859_1);
        return Integer.parseInt(body.substring(0, body.indexOf(' ')));
    }
}
