package io.reliablemq.broker.store;

import io.reliablemq.broker.figures.Figures;
import io.reliablemq.broker.figures.HealthChecks;
import io.reliablemq.broker.store.epoch.EpochHistory;
import io.reliablemq.broker.store.file.DataFolder;
import io.reliablemq.broker.store.file.StoreFiles;
import io.reliablemq.broker.store.index.timer.TimerIndex;
import io.reliablemq.broker.store.log.AppendMailbox;
import io.reliablemq.broker.store.log.ChunkReader;
import io.reliablemq.broker.store.log.CopyMailbox;
import io.reliablemq.broker.store.log.LogFolder;
import io.reliablemq.broker.store.log.LogScrubber;
import io.reliablemq.broker.store.log.LogTail;
import io.reliablemq.broker.store.log.OriginScan;
import io.reliablemq.broker.store.log.RecordReader;
import io.reliablemq.broker.store.log.SegmentRemoval;
import io.reliablemq.broker.store.log.Segments;
import io.reliablemq.protocol.message.StoredMessage;
import io.reliablemq.protocol.runtime.AgentHost;
import io.reliablemq.protocol.runtime.Clock;
import io.reliablemq.protocol.runtime.CloseStack;
import io.reliablemq.protocol.runtime.ErrorSink;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.IntPredicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The message store on a data folder.
 *
 * <p>The calling thread encodes a message and leaves it in the mailbox; {@code rmq-log-writer} writes all that has arrived
 * as one batch; {@link CommitPoint} answers. A second opening of the folder is refused while this one lasts.
 */
public final class LogMessageStore implements MessageStore {

    private final StoreSettings settings;
    private final DataFolder data;
    private final StoreIndexes indexes;
    private final Segments segments;
    private final AppendMailbox<PendingAppend> mailbox;
    private final CommitPoint commitPoint;
    private final CommitMarks marks;
    private final long promisedBefore;
    private final long endAtOpening;
    private final StoreFeed feed;
    private final StoreCopy copy;
    private final StoreThreads threads;
    private final StoreAppends appends;
    private final StoreReader reader;
    private final KeyLookup lookup;
    private final RecoveryReport recovery;
    private final DiskSpace space;
    private final Retention retention;
    private final LogScrubber scrubber;
    private final Clock.Registration jumps;
    private final AtomicBoolean closed = new AtomicBoolean();

    private LogMessageStore(
            StoreSettings settings,
            Clock clock,
            ErrorSink errors,
            AgentHost host,
            DataFolder data,
            LogFolder folder,
            StoreIndexes indexes,
            StoreRecovery.Outcome outcome,
            EpochHistory epochs,
            CommitMarks.Marks found)
            throws IOException {
        this.settings = settings;
        this.data = data;
        this.indexes = indexes;
        this.segments = outcome.log().segments();
        this.mailbox = new AppendMailbox<>(settings.maxPendingAppends(), settings.maxPendingBytes());
        LogTail tail = outcome.log().tail();
        this.commitPoint = new CommitPoint(
                settings,
                indexes.all(),
                segments,
                mailbox,
                tail::breakOff,
                errors,
                tail.written(),
                outcome.committed(),
                outcome.uncommitted());
        SegmentIndexer indexer =
                new SegmentIndexer(indexes.all(), segments, commitPoint, outcome.unindexed(), tail.segmentBase());
        IndexRepairs repairs = new IndexRepairs(indexes.damaged(), indexes.queues(), segments, errors);
        this.space = new DiskSpace(
                folder.files(), folder.folder(), settings.retention().reserveBytes(), clock);
        SegmentRemoval removal =
                new SegmentRemoval(folder, segments, outcome.log().gaps());
        SegmentAges ages = new SegmentAges(
                segments, clock, outcome.lastTimestamp(), settings.replication().isCopy());
        this.retention = new Retention(
                settings.retention(), segments, indexes.all(), indexes.queues(), removal, ages, tail::written, clock);
        this.scrubber = new LogScrubber(
                folder,
                segments,
                clock,
                settings.retention().scrubBytesPerSecond(),
                settings.retention().scrubInterval().toNanos(),
                indexes.all()::verify);
        this.feed = new StoreFeed(
                settings, epochs, new ChunkReader(segments), removal, retention, commitPoint, this::positions);
        this.marks = new CommitMarks(CommitMarks.file(data), found, this::marks, clock);
        // Less is there only if it was salvaged: whoever chose that has given up the rest.
        this.promisedBefore = Math.min(found.promised(), tail.written());
        CopyMailbox<CopiedBatch> copies = new CopyMailbox<>();
        this.copy = new StoreCopy(
                new StoreCopy.Parts(data, indexes.queues(), removal, commitPoint, copies, this::positions, tail),
                epochs,
                promisedBefore,
                this::forceWritten,
                this::wakeWriter);
        this.threads = new StoreThreads(
                settings,
                clock,
                errors,
                host,
                tail,
                mailbox,
                commitPoint,
                settings.replication().isCopy()
                        ? new CopierMaker(settings, copies, tail, copy, errors)
                        : new WriterMaker(settings, mailbox, tail, commitPoint, clock, outcome.lastTimestamp()),
                new SegmentChores(
                        clock,
                        errors,
                        space::run,
                        indexer::run,
                        repairs::run,
                        retention::run,
                        scrubber::run,
                        marks::run));
        this.appends = new StoreAppends(
                new StoreAppends.Parts(settings, clock, errors, indexes.queues(), mailbox, commitPoint, feed, space),
                threads::signalAppend);
        indexes.damaged().onDamage(threads::signalKeeper);
        this.jumps = clock.ofMessages().onJump(() -> {
            retention.lookAtOnce();
            threads.signalKeeper();
        });
        RecordReader records = new RecordReader(segments);
        this.reader = new StoreReader(indexes.queues(), segments, records, commitPoint);
        this.lookup = new KeyLookup(indexes.keys(), records, commitPoint);
        this.recovery = outcome.report();
        this.endAtOpening = outcome.log().tail().written();
    }

    /**
     * Opens the data folder, recovers the log and starts the store's threads.
     *
     * @throws io.reliablemq.broker.store.file.FolderInUseException if another broker works on the folder
     * @throws io.reliablemq.broker.store.file.FolderFormatException if the folder was written by another version
     * @throws io.reliablemq.broker.store.log.LogCorruptException if flushed records are damaged; nothing is changed then
     */
    public static LogMessageStore open(StoreSettings settings, StoreFiles files, Clock clock, ErrorSink errors)
            throws IOException {
        return open(settings, files, clock, errors, AgentHost.THREADS);
    }

    /** @param host what the store's agents run on */
    static LogMessageStore open(StoreSettings settings, StoreFiles files, Clock clock, ErrorSink errors, AgentHost host)
            throws IOException {
        DataFolder data = DataFolder.open(files, settings.folder());
        LogFolder folder = new LogFolder(files, data.logFolder());
        StoreIndexes indexes = StoreIndexes.in(folder);
        try {
            StoreRealignment.run(data, folder);
            CommitMarks.Marks marks = CommitMarks.read(CommitMarks.file(data));
            StoreRecovery.Outcome outcome = new StoreRecovery(folder, indexes.queues(), indexes.all())
                    .run(data, settings.forLog(), clock, marks, settings.replication());
            data.markInUse();
            LogTail tail = outcome.log().tail();
            EpochHistory epochs = StoreEpochs.open(data, settings.replication(), tail.written());
            tail.beginEpoch(epochs.lastNumber());
            LogMessageStore store =
                    new LogMessageStore(settings, clock, errors, host, data, folder, indexes, outcome, epochs, marks);
            store.marks.store();
            store.threads.start();
            return store;
        } catch (IOException | RuntimeException e) {
            try (data) {
                indexes.all().close();
            }
            throw e;
        }
    }

    /** What was found when the store was opened. */
    public RecoveryReport recovery() {
        return recovery;
    }

    @Override
    public TimerIndex timers() {
        return indexes.timers();
    }

    /** The log as those see it who copy it. */
    public ReplicatedLog feed() {
        return feed;
    }

    /** The log as whoever sees it who fetches a master's log into it; to be used only if the log is a copy. */
    public CopiedLog copy() {
        return copy;
    }

    /** A random name that was given to the data folder when it was made. */
    public String id() {
        return data.id();
    }

    @Override
    public void append(StoredMessage message, long originPosition, AppendListener listener) {
        append(message, originPosition, listener, Runnable::run);
    }

    @Override
    public void append(StoredMessage message, long originPosition, AppendListener listener, Executor wakeUp) {
        appends.append(List.of(message), originPosition, listener, wakeUp);
    }

    @Override
    public void appendBatch(List<StoredMessage> messages, AppendListener listener) {
        if (messages.isEmpty()) {
            throw new IllegalArgumentException("A batch without messages cannot be stored");
        }
        appends.append(messages, NO_ORIGIN, listener, Runnable::run);
    }

    @Override
    public long minOffset(QueueKey queue) {
        return reader.minOffset(queue);
    }

    @Override
    public long maxOffset(QueueKey queue) {
        return reader.maxOffset(queue);
    }

    @Override
    public boolean isInMemory(QueueKey queue, long offset) {
        return reader.isInMemory(queue, offset);
    }

    /** @throws java.io.UncheckedIOException if an index file cannot be read */
    @Override
    public Selection select(QueueKey queue, long offset, int maxMessages, int maxBytes, IntPredicate tagFilter) {
        return reader.select(queue, offset, maxMessages, maxBytes, tagFilter);
    }

    @Override
    public void read(Selection selection, ByteBuffer target) throws IOException {
        reader.read(selection, target);
    }

    @Override
    public @Nullable StoredMessage readAt(long position) throws IOException {
        return reader.readAt(position);
    }

    @Override
    public @Nullable String placeOf(long position) {
        return feed.gaps().isDamagedAt(position) ? null : segments.placeOf(position);
    }

    @Override
    public long countGaps(QueueKey queue, long from, long to) {
        return reader.countGaps(queue, from, to);
    }

    @Override
    public long originAt(long position) throws IOException {
        return reader.originAt(position);
    }

    @Override
    public @Nullable StoredMessage readAt(QueueKey queue, long offset) throws IOException {
        return reader.readAt(queue, offset);
    }

    @Override
    public long offsetByTime(QueueKey queue, long timestampMs) throws IOException {
        return reader.offsetByTime(queue, timestampMs);
    }

    @Override
    public long earliestTimestamp() throws IOException {
        return reader.earliestTimestamp();
    }

    @Override
    public QueryResult query(KeyQuery query) throws IOException {
        return lookup.find(query);
    }

    /**
     * Reads the index files of an ended segment as they stand on the disk. What is damaged or missing is reported and made
     * again.
     *
     * @return whether all of them are whole
     */
    public boolean verifyIndexes(long segmentBase) throws IOException {
        return indexes.all().verify(segmentBase);
    }

    /** How many index files were found damaged or missing since the store was opened. */
    public long damagedIndexFiles() {
        return indexes.damaged().found();
    }

    /**
     * Visits every record that is a copy of another message and is committed or was found in the log when it was opened, in the
     * order of the log. Whoever makes copies
     * remembers with its progress how far the log was written, and learns here which copies were made after that.
     *
     * @param from a position out of {@link #positions()}, now or before a restart; what is no longer kept is skipped
     */
    public void forEachOrigin(long from, OriginScan.OriginVisitor visitor) throws IOException {
        // What was found behind the last commit is in the log to stay: it is not to be copied a second time.
        OriginScan.run(segments, from, Math.max(commitPoint.committed(), endAtOpening), visitor);
    }

    @Override
    public Set<QueueKey> queues() {
        return indexes.queues().written().stream()
                .map(entries -> new QueueKey(entries.topic(), entries.queueId()))
                .collect(Collectors.toUnmodifiableSet());
    }

    @Override
    public void tellThrough(Executor executor) {
        commitPoint.listeners().tellThrough(executor);
    }

    @Override
    public void onArrival(ArrivalListener listener) {
        commitPoint.listeners().onArrival(listener);
    }

    @Override
    public void flush() throws IOException {
        long position = commitPoint.committed();
        if (commitPoint.flushed() < position) {
            threads.flush();
        }
        commitPoint.requireFlushed(position);
        marks.showUpTo(position);
    }

    @Override
    public void retainBy(RetentionGuard guard) {
        retention.guardBy(guard);
        threads.signalKeeper();
    }

    /** What retention has done. */
    public RetentionFigures retention() {
        return retention.figures();
    }

    /** Where the log was found to be damaged while running. */
    public List<LogScrubber.Finding> damage() {
        return scrubber.findings();
    }

    @Override
    public void stopAppends(String why) {
        appends.stop(why);
    }

    @Override
    public int pendingAppends() {
        return appends.pending();
    }

    @Override
    public @Nullable String failure() {
        return commitPoint.failure();
    }

    @Override
    public Figures figures() {
        StoreFigures state =
                new StoreFigures(settings, segments, mailbox, commitPoint, this::positions, threads::shortage);
        DiskFigures disk = new DiskFigures(data, settings.retention(), space, retention, scrubber, recovery);
        return Figures.of(List.of(threads.figures(), appends.answers(), state, disk, indexes));
    }

    @Override
    public HealthChecks health() {
        return new StoreHealth(commitPoint, space, scrubber, threads::shortage);
    }

    @Override
    public boolean mayHoldMore() {
        StoreSettings.Replication replication = settings.replication();
        return replication.isCopy() || replication.awaitsOthers() && threads.written() > commitPoint.committed();
    }

    @Override
    public long safe() {
        return commitPoint.safe();
    }

    @Override
    public Positions positions() {
        // In this order, since each may grow meanwhile: the later ones are never less.
        long committed = commitPoint.committed();
        long flushed = commitPoint.flushed();
        return new Positions(
                segments.min(), Math.max(threads.written(), Math.max(flushed, committed)), flushed, committed);
    }

    @Override
    public void close() throws IOException {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        jumps.close();
        mailbox.close();
        copy.close();
        try (CloseStack stack = new CloseStack()) {
            stack.push(data);
            stack.push(indexes.all());
            stack.push(segments::close);
            stack.push(this::leave);
            stack.push(scrubber::close);
            stack.push(threads);
        } catch (IOException | RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IOException(e);
        }
    }

    private CommitMarks.Marks marks() {
        long flushed = commitPoint.flushed();
        if (!settings.replication().awaitsOthers()) {
            return new CommitMarks.Marks(CommitMarks.UNKNOWN, promisedBefore, false, flushed);
        }
        long committed = commitPoint.committed();
        boolean isCopy = settings.replication().isCopy();
        long promised = isCopy ? copy.promised() : committed;
        return new CommitMarks.Marks(committed, Math.max(promisedBefore, promised), isCopy, flushed);
    }

    private void forceWritten() {
        threads.flush();
    }

    private void wakeWriter() {
        threads.signalWriter();
    }

    /** Marks a clean stop if the log is whole and flushed; the threads have ended. */
    private void leave() throws IOException {
        boolean clean = commitPoint.failure() == null;
        commitPoint.stop("The store is closed");
        long end = threads.closeTail(clean);
        if (clean) {
            marks.store();
            data.markCleanStop(end);
        }
    }
}
