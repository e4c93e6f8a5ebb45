package io.reliablemq.broker.store;

import io.reliablemq.broker.figures.Figure;
import io.reliablemq.broker.figures.Figures;
import io.reliablemq.broker.store.MessageStore.Positions;
import io.reliablemq.broker.store.log.AppendMailbox;
import io.reliablemq.broker.store.log.Segments;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What the store says of its state: how it flushes, how far it is, and what waits. */
final class StoreFigures implements Figures {

    private static final String PREFIX = "reliable.mq.broker.";

    private final StoreSettings settings;
    private final Segments segments;
    private final AppendMailbox<PendingAppend> mailbox;
    private final CommitPoint commitPoint;
    private final Supplier<Positions> positions;
    private final Supplier<@Nullable String> shortage;

    StoreFigures(
            StoreSettings settings,
            Segments segments,
            AppendMailbox<PendingAppend> mailbox,
            CommitPoint commitPoint,
            Supplier<Positions> positions,
            Supplier<@Nullable String> shortage) {
        this.settings = settings;
        this.segments = segments;
        this.mailbox = mailbox;
        this.commitPoint = commitPoint;
        this.positions = positions;
        this.shortage = shortage;
    }

    @Override
    public List<Figure> read() {
        Positions now = positions.get();
        return List.of(
                Figure.gauge(PREFIX + "flush.policy", "", "1, with the policy as a tag", 1)
                        .tagged("policy", settings.flushDiskType().name()),
                bound("flush.interval", "Longest time between two flushes under ASYNC_FLUSH", settings.flushInterval()),
                Figure.gauge(
                        PREFIX + "flush.volume",
                        Figure.BYTES,
                        "Unflushed bytes at which ASYNC_FLUSH does not wait for the interval",
                        settings.flushBytes()),
                bound("flush.timeout", "Time that a send may wait for the disk", settings.syncFlushTimeout()),
                position("written", now.written()),
                position("flushed", now.flushed()),
                position("committed", now.committed()),
                Figure.gauge(
                        PREFIX + "log.unflushed",
                        Figure.BYTES,
                        "Bytes that a crash of the machine would take",
                        now.written() - now.flushed()),
                Figure.gauge(
                        PREFIX + "log.size",
                        Figure.BYTES,
                        "Bytes of log that are kept",
                        segments.bytesBefore(now.written())),
                Figure.gauge(PREFIX + "log.segments", "", "Files of the log", segments.count()),
                Figure.gauge(
                        PREFIX + "log.failed",
                        "",
                        "1 once a write or force failed: no message is taken until the next start",
                        commitPoint.failure() == null ? 0 : 1),
                Figure.gauge(
                        PREFIX + "log.segment.missing",
                        "",
                        "1 while messages are refused since the next file of the log cannot be made",
                        shortage.get() == null ? 0 : 1),
                Figure.gauge(PREFIX + "append.waiting", "", "Appends that wait for their answer", mailbox.pending()),
                Figure.gauge(
                        PREFIX + "append.waiting.size",
                        Figure.BYTES,
                        "Memory held by appends that wait for their answer",
                        mailbox.pendingBytes()),
                Figure.gauge(
                        PREFIX + "unsafe",
                        Figure.MESSAGES,
                        "Messages answered FLUSH_DISK_TIMEOUT and not flushed since",
                        commitPoint.unsafeMessages()));
    }

    private static Figure bound(String name, String help, Duration value) {
        return Figure.gauge(PREFIX + name, Figure.SECONDS, help, value.toNanos() / 1e9);
    }

    private static Figure position(String point, long position) {
        return Figure.gauge(PREFIX + "log.position", Figure.BYTES, "Position in the log, by what it is", position)
                .tagged("point", point);
    }
}
