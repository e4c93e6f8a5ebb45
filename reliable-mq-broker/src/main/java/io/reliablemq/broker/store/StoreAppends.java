package io.reliablemq.broker.store;

import io.reliablemq.broker.store.AppendResult.Status;
import io.reliablemq.broker.store.index.MessageMarks;
import io.reliablemq.broker.store.index.QueueEntries;
import io.reliablemq.broker.store.index.QueueIndex;
import io.reliablemq.broker.store.log.AppendMailbox;
import io.reliablemq.protocol.message.MessageFormatException;
import io.reliablemq.protocol.message.MessageLayout;
import io.reliablemq.protocol.message.StoredMessage;
import io.reliablemq.protocol.runtime.Clock;
import io.reliablemq.protocol.runtime.ErrorSink;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * The way of messages to the log writer: encoded by the calling thread, and left in the mailbox or refused. Safe for use by any
 * thread.
 */
final class StoreAppends {

    /** What the way leads through. */
    record Parts(
            StoreSettings settings,
            Clock clock,
            ErrorSink errors,
            QueueIndex queues,
            AppendMailbox<PendingAppend> mailbox,
            CommitPoint commitPoint,
            StoreFeed feed,
            DiskSpace space) {}

    private final StoreSettings settings;
    private final Parts parts;
    private final AppendAnswers answers = new AppendAnswers();
    private final Runnable signal;
    private volatile @Nullable String stopped;

    /** @param signal wakes the log writer; always the same object */
    StoreAppends(Parts parts, Runnable signal) {
        this.parts = parts;
        this.settings = parts.settings();
        this.signal = signal;
    }

    AppendAnswers answers() {
        return answers;
    }

    int pending() {
        return parts.mailbox().pending();
    }

    /** Refuses all that comes from now on. */
    void stop(String why) {
        stopped = why;
        parts.mailbox().close();
    }

    /** @param messages of one queue */
    void append(List<StoredMessage> messages, long origin, AppendListener listener, Executor wakeUp) {
        PendingAppend append = encoded(messages, origin, listener);
        if (append.recordBytes() > settings.maxRecordBytes()) {
            throw new MessageFormatException("What is to be appended takes " + append.recordBytes()
                    + " bytes, which do not fit into a log segment of " + settings.segmentBytes() + " bytes");
        }
        if (origin == MessageStore.NO_ORIGIN && parts.space().isLow()) {
            // Copies of what is stored go on: the disk will not get any emptier without them.
            append.refuse(Status.NO_SPACE, parts.space().reason(), parts.errors());
        } else if (!settings.replication().takesMessages()) {
            append.refuse(Status.CLOSED, "This log is a copy: its master takes messages", parts.errors());
        } else if (append.hasNoReplica() && parts.commitPoint().isFullOfUnreplicated()) {
            append.refuse(Status.BUSY, "Too many messages wait for a replica, and none is near", parts.errors());
        } else {
            offer(append, wakeUp);
        }
    }

    private void offer(PendingAppend append, Executor wakeUp) {
        switch (parts.mailbox().offer(append)) {
            case ACCEPTED -> wakeUp.execute(signal);
            case FULL ->
                append.refuse(Status.BUSY, "Too many appends are waiting for the disk; try again", parts.errors());
            case CLOSED -> append.refuse(Status.CLOSED, whyClosed(), parts.errors());
        }
    }

    private String whyClosed() {
        String failure = parts.commitPoint().failure();
        return failure != null ? failure : Objects.requireNonNullElse(stopped, "The store is closed");
    }

    private PendingAppend encoded(List<StoredMessage> messages, long origin, AppendListener listener) {
        QueueKey queue = new QueueKey(messages.get(0).topic(), messages.get(0).queueId());
        byte[][] payloads = new byte[messages.size()][];
        MessageMarks[] marks = new MessageMarks[payloads.length];
        for (int i = 0; i < payloads.length; i++) {
            payloads[i] = encode(messages.get(i), queue);
            marks[i] = MessageMarks.of(queue.topic(), messages.get(i).properties());
        }
        QueueEntries entries = parts.queues().queue(queue.topic(), queue.queueId());
        return new PendingAppend(
                queue, entries, payloads, marks, origin, bounds(), answers.counted(payloads.length, listener));
    }

    private PendingAppend.Bounds bounds() {
        long now = parts.clock().nanos();
        return new PendingAppend.Bounds(
                now + settings.syncFlushTimeout().toNanos(),
                now + settings.replication().syncSlaveTimeout().toNanos(),
                parts.feed().hasTooFewNear());
    }

    private static byte[] encode(StoredMessage message, QueueKey queue) {
        if (message.queueId() != queue.queueId() || !message.topic().equals(queue.topic())) {
            throw new IllegalArgumentException("The messages of a batch must be of one queue: " + queue
                    + ", but one is of " + message.topic() + " " + message.queueId());
        }
        return MessageLayout.encode(message);
    }
}
