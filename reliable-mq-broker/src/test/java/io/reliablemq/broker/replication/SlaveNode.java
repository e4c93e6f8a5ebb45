package io.reliablemq.broker.replication;

import io.reliablemq.broker.replication.follow.Follower;
import io.reliablemq.broker.replication.follow.FollowerState;
import io.reliablemq.broker.store.LogMessageStore;
import io.reliablemq.broker.store.StoreSettings;
import io.reliablemq.broker.store.file.DiskFiles;
import io.reliablemq.broker.store.file.StoreFiles;
import io.reliablemq.protocol.runtime.Clock;
import io.reliablemq.protocol.runtime.CloseStack;
import io.reliablemq.protocol.runtime.ErrorSink;
import io.reliablemq.protocol.transport.TransportSettings;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A slave's part in replication; opens its store again when it has to, as a broker does. */
final class SlaveNode implements AutoCloseable {

    private final StoreSettings settings;
    private final StoreFiles files;
    private final ReplicationSettings replication;
    private final Supplier<@Nullable String> masterAddress;
    private final ErrorSink errors;
    private final ExecutorService reopening = Executors.newSingleThreadExecutor();
    private CloseStack started = new CloseStack();
    private volatile LogMessageStore store;
    private volatile Follower follower;
    private volatile int openings;

    SlaveNode(
            StoreSettings settings,
            ReplicationSettings replication,
            Supplier<@Nullable String> masterAddress,
            ErrorSink errors)
            throws IOException {
        this(settings, new DiskFiles(), replication, masterAddress, errors);
    }

    SlaveNode(
            StoreSettings settings,
            StoreFiles files,
            ReplicationSettings replication,
            Supplier<@Nullable String> masterAddress,
            ErrorSink errors)
            throws IOException {
        this.settings = settings;
        this.files = files;
        this.replication = replication;
        this.masterAddress = masterAddress;
        this.errors = errors;
        open();
    }

    static StoreSettings settings(Path folder) {
        return StoreSettings.in(folder).withPreallocateBytes(1 << 20).withReplication(StoreSettings.Replication.COPY);
    }

    private synchronized void open() throws IOException {
        openings++;
        CloseStack opened = new CloseStack();
        LogMessageStore opening = opened.push(LogMessageStore.open(settings, files, Clock.SYSTEM, errors));
        store = opening;
        follower = opened.push(new Follower(
                        opening.copy(),
                        MasterNode.IDENTITY,
                        masterAddress,
                        TransportSettings.defaults(),
                        replication,
                        this::reopenSoon,
                        Clock.SYSTEM,
                        errors)
                .start());
        started = opened;
    }

    private void reopenSoon() {
        try {
            reopening.execute(this::reopen);
        } catch (RejectedExecutionException closed) {
            // Nobody needs it any more.
        }
    }

    private synchronized void reopen() {
        try {
            started.close();
            open();
        } catch (Exception e) {
            errors.report("reopening", e);
        }
    }

    LogMessageStore store() {
        return store;
    }

    FollowerState state() {
        return follower.state();
    }

    int openings() {
        return openings;
    }

    @Override
    public void close() throws Exception {
        reopening.shutdown();
        synchronized (this) {
            started.close();
        }
    }
}
