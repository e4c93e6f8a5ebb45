package io.reliablemq.broker.store;

import io.reliablemq.broker.store.epoch.EpochHistory;
import io.reliablemq.broker.store.log.ChunkReader;
import io.reliablemq.broker.store.log.LogGaps;
import io.reliablemq.broker.store.log.SegmentRemoval;
import java.util.concurrent.Executor;
import java.util.function.BooleanSupplier;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/** The store's side towards those who copy its log. */
final class StoreFeed implements ReplicatedLog {

    private final StoreSettings.Replication settings;
    private final boolean forcesBeforeCommit;
    private final EpochHistory epochs;
    private final ChunkReader chunks;
    private final SegmentRemoval removal;
    private final Retention retention;
    private final CommitPoint commitPoint;
    private final Supplier<MessageStore.Positions> positions;
    private volatile BooleanSupplier enoughAreNear = () -> false;

    StoreFeed(
            StoreSettings settings,
            EpochHistory epochs,
            ChunkReader chunks,
            SegmentRemoval removal,
            Retention retention,
            CommitPoint commitPoint,
            Supplier<MessageStore.Positions> positions) {
        this.settings = settings.replication();
        this.forcesBeforeCommit = settings.flushDiskType() == FlushDiskType.SYNC_FLUSH;
        this.epochs = epochs;
        this.chunks = chunks;
        this.removal = removal;
        this.retention = retention;
        this.commitPoint = commitPoint;
        this.positions = positions;
    }

    /** Whether a message that comes now need not wait for replicas, since too few of them are near. */
    boolean hasTooFewNear() {
        return settings.awaitsOthers() && !enoughAreNear.getAsBoolean();
    }

    @Override
    public EpochHistory epochs() {
        return epochs;
    }

    @Override
    public LogGaps gaps() {
        return removal.gaps();
    }

    @Override
    public ChunkReader chunks() {
        return chunks;
    }

    @Override
    public MessageStore.Positions positions() {
        return positions.get();
    }

    @Override
    public int inSyncReplicas() {
        return settings.awaitsOthers() ? settings.inSyncReplicas() : 1;
    }

    @Override
    public boolean outlivesPowerCuts() {
        return forcesBeforeCommit || inSyncReplicas() > 1;
    }

    @Override
    public void onWritten(LongConsumer listener) {
        commitPoint.listeners().onWritten(listener);
    }

    @Override
    public void onCommit(LongConsumer listener) {
        commitPoint.listeners().onCommit(listener);
    }

    @Override
    public void commitOn(Executor executor) {
        commitPoint.moveOn(executor);
    }

    @Override
    public void replicated(long position) {
        commitPoint.confirmedByOthers(position);
    }

    @Override
    public void decided(long position) {
        commitPoint.decided(position);
    }

    @Override
    public void awaitReplicasIf(BooleanSupplier near) {
        enoughAreNear = near;
    }

    @Override
    public void keepFrom(LongSupplier position) {
        retention.keepFrom(position);
    }
}
