package io.reliablemq.broker.store;

import io.reliablemq.broker.store.file.StoreFiles;
import io.reliablemq.protocol.message.StoredMessage;
import io.reliablemq.protocol.runtime.Clock;
import io.reliablemq.protocol.runtime.ErrorSink;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Set;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/** The message store on a data folder. */
public final class LogMessageStore implements MessageStore {

    /**
     * Opens the data folder, recovers the log and starts the store's threads.
     *
     * @throws io.reliablemq.broker.store.file.FolderInUseException if another broker works on the folder
     */
    public static LogMessageStore open(StoreSettings settings, StoreFiles files, Clock clock, ErrorSink errors)
            throws IOException {
        throw new UnsupportedOperationException("not yet");
    }

    /** What was found when the store was opened. */
    public RecoveryReport recovery() {
        throw new UnsupportedOperationException();
    }

    @Override
    public void append(StoredMessage message, long originPosition, AppendListener listener) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void appendBatch(List<StoredMessage> messages, AppendListener listener) {
        throw new UnsupportedOperationException();
    }

    @Override
    public long minOffset(QueueKey queue) {
        throw new UnsupportedOperationException();
    }

    @Override
    public long maxOffset(QueueKey queue) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Selection select(QueueKey queue, long offset, int maxMessages, int maxBytes, IntPredicate tagFilter) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void read(Selection selection, ByteBuffer target) throws IOException {
        throw new UnsupportedOperationException();
    }

    @Override
    public @Nullable StoredMessage readAt(long position) throws IOException {
        throw new UnsupportedOperationException();
    }

    @Override
    public @Nullable StoredMessage readAt(QueueKey queue, long offset) throws IOException {
        throw new UnsupportedOperationException();
    }

    @Override
    public long offsetByTime(QueueKey queue, long timestampMs) throws IOException {
        throw new UnsupportedOperationException();
    }

    @Override
    public Set<QueueKey> queues() {
        throw new UnsupportedOperationException();
    }

    @Override
    public void onArrival(ArrivalListener listener) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void flush() throws IOException {
        throw new UnsupportedOperationException();
    }

    @Override
    public @Nullable String failure() {
        throw new UnsupportedOperationException();
    }

    @Override
    public Positions positions() {
        throw new UnsupportedOperationException();
    }

    @Override
    public void close() throws IOException {
        throw new UnsupportedOperationException();
    }
}
