package io.reliablemq.broker.replication.feed;

import io.reliablemq.broker.replication.ReplicationSettings;
import io.reliablemq.broker.replication.wire.LogData;
import io.reliablemq.broker.store.ReplicatedLog;
import io.reliablemq.broker.store.log.ChunkReader;
import io.reliablemq.broker.store.log.RecordChunk;
import io.reliablemq.protocol.command.Command;
import io.reliablemq.protocol.runtime.Clock;
import io.reliablemq.protocol.transport.Connection;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The way of the log to one replica, over one connection.
 *
 * <p>Sent in the order of the log under the lock {@code sending}, by whichever thread has it; nobody waits for that lock but
 * {@code rmq-replica-feed}. News of commits go beside that. The other state is written by the connection's event loop, and read by any thread.
 */
final class ReplicaFeed {

    private static final byte[] NO_RECORDS = {};

    /** What was written within so many bytes is in the system's cache, so that reading it waits for no disk. */
    private static final long CACHED_BYTES = 1 << 20;

    /** A few messages. Under load the event loop takes more of them at once, while the log writer goes on to its force. */
    private static final int MAX_DIRECT_BYTES = 4 << 10;

    private static final int GONE_FACTOR = 5;

    /** A disk that takes no writes for so long will not go on by itself. */
    private static final long STUCK_NANOS = Duration.ofMinutes(10).toNanos();

    private final String replicaId;
    private final Connection connection;
    private final ReplicatedLog log;
    private final ReplicationSettings settings;
    private final boolean promises;
    private final Clock clock;
    private final ReentrantLock sending = new ReentrantLock();
    private volatile long sent;
    private volatile long confirmed;
    private volatile long heardNanos;
    private volatile long sentNanos;
    private volatile long toldCommitted;
    private volatile boolean started;
    private volatile @Nullable Mark mark;

    /** When the log was sent up to a position. */
    private record Mark(long position, long nanos) {}

    /** @param start where the replica can follow */
    ReplicaFeed(
            String replicaId,
            Connection connection,
            ReplicatedLog log,
            ReplicationSettings settings,
            long start,
            Clock clock) {
        this.replicaId = replicaId;
        this.connection = connection;
        this.log = log;
        this.settings = settings;
        this.promises = log.outlivesPowerCuts();
        this.clock = clock;
        this.sent = start;
        this.confirmed = start;
        this.heardNanos = clock.nanos();
        this.sentNanos = clock.nanos();
    }

    String replicaId() {
        return replicaId;
    }

    Connection connection() {
        return connection;
    }

    long confirmed() {
        return confirmed;
    }

    boolean isStarted() {
        return started;
    }

    /** Whether there is something that may be sent now. */
    boolean wantsToSend() {
        return started && sent < log.positions().written() && hasRoom() && connection.isOpen();
    }

    /** Takes how far the replica says that it has the log; the first time that it is ready. */
    void confirm(long position) {
        if (started ? position > sent : position != sent) {
            throw new IllegalArgumentException("The replica " + replicaId + " confirms the log up to " + position
                    + ", and was sent it up to " + sent);
        }
        long now = clock.nanos();
        heardNanos = now;
        started = true;
        confirmed = Math.max(confirmed, position);
        Mark known = mark;
        if (known != null && position >= known.position()) {
            long upTo = sent;
            mark = upTo > position ? new Mark(upTo, now) : null;
        }
    }

    /**
     * Sends what was written just now, unless somebody else is sending or the replica is behind.
     *
     * @return whether nothing is left to be sent that could be
     */
    boolean sendFresh(long written) throws IOException {
        if (!started || written - sent > CACHED_BYTES) {
            return !started;
        }
        if (!sending.tryLock()) {
            return false;
        }
        try {
            while (sent < written && hasRoom()) {
                if (sendNext(written, MAX_DIRECT_BYTES) == 0) {
                    break;
                }
            }
        } finally {
            sending.unlock();
        }
        // Whoever else wrote meanwhile has found the lock taken.
        return !wantsToSend();
    }

    /**
     * Sends one chunk.
     *
     * @return its bytes; 0 if there was nothing that may be sent
     */
    int sendOne() throws IOException {
        sending.lock();
        try {
            long written = log.positions().written();
            return started && sent < written && hasRoom() && connection.isOpen()
                    ? sendNext(written, Integer.MAX_VALUE)
                    : 0;
        } finally {
            sending.unlock();
        }
    }

    private int sendNext(long written, int maxDirectBytes) throws IOException {
        ChunkReader.Read read = log.chunks().read(sent, written, settings.chunkBytes());
        if (read == null) {
            throw new IOException("The log is no longer kept from position " + sent + " on");
        }
        RecordChunk chunk = read.chunk();
        long next = log.chunks().nextKept(read.next());
        // Before it is sent: the confirmation may be faster than this thread.
        sent = next == Long.MAX_VALUE ? read.next() : next;
        if (mark == null) {
            mark = new Mark(chunk.end(), clock.nanos());
        }
        send(chunk, log.positions().committed(), maxDirectBytes);
        return chunk.records().length;
    }

    /** Says that the master is there, and how far the log is committed. */
    void keepAlive() {
        if (sending.tryLock()) {
            try {
                send(new RecordChunk(sent, NO_RECORDS, sent), log.positions().committed(), MAX_DIRECT_BYTES);
            } finally {
                sending.unlock();
            }
        }
    }

    private void send(RecordChunk chunk, long committed, int maxDirectBytes) {
        Command data = new LogData(chunk, committed, promises).command();
        CompletableFuture<Void> leaves = chunk.records().length <= maxDirectBytes
                ? connection.sendOneWayDirectly(data)
                : connection.sendOneWay(data);
        leaves.whenComplete((written, failure) -> {
            if (failure != null) {
                // What comes behind a gap is of no use.
                connection.close();
            }
        });
        toldCommitted = committed;
        sentNanos = clock.nanos();
    }

    /**
     * Tells the replica at once how far the log is committed. On the connection's event loop, the operating system has it
     * when this returns.
     */
    void tell(long committed) {
        // Not under the lock: without records, the order does not matter.
        send(new RecordChunk(sent, NO_RECORDS, sent), committed, MAX_DIRECT_BYTES);
        connection.flush();
    }

    /** Whether the replica was not told yet how far the log is committed. */
    boolean hasNews() {
        return started && toldCommitted < log.positions().committed();
    }

    long sentNanos() {
        return sentNanos;
    }

    private boolean hasRoom() {
        return sent - confirmed < settings.windowBytes();
    }

    private boolean isSilent() {
        return clock.nanos() - heardNanos > settings.silence().toNanos();
    }

    /** Whether it has been silent for so long that the connection may be dead. */
    boolean isGone() {
        return clock.nanos() - heardNanos > GONE_FACTOR * settings.silence().toNanos();
    }

    /** Whether it is worth waiting for the replica. */
    boolean isNear(long written) {
        return started && written - confirmed <= settings.nearBytes() && connection.isOpen() && !isSilent();
    }

    /** Whether it is there and has confirmed nothing of what it was sent for long. */
    boolean isStuck() {
        return lagNanos() > STUCK_NANOS;
    }

    private long lagNanos() {
        Mark known = mark;
        return known == null ? 0 : Math.max(0, clock.nanos() - known.nanos());
    }

    ReplicaState state() {
        long written = log.positions().written();
        long lagNanos = lagNanos();
        var address = connection.remoteAddress();
        return new ReplicaState(
                replicaId,
                address.getHostString() + ":" + address.getPort(),
                confirmed,
                Math.max(0, written - confirmed),
                Duration.ofNanos(lagNanos),
                isNear(written));
    }
}
