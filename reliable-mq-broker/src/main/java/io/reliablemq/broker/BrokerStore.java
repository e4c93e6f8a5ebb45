package io.reliablemq.broker;

import io.reliablemq.broker.store.LogMessageStore;
import io.reliablemq.broker.store.StoreSettings;
import io.reliablemq.broker.store.file.DiskFiles;
import io.reliablemq.protocol.runtime.Clock;
import io.reliablemq.protocol.runtime.ErrorSink;
import java.io.IOException;

/** Opens the store in a broker's data folder. */
final class BrokerStore {

    static OpenedStore open(BrokerSettings settings, Clock clock, ErrorSink errors) throws IOException {
        StoreSettings storeSettings = StoreSettings.in(settings.dataDir())
                .withFlushDiskType(settings.flushDiskType())
                .withFlushInterval(settings.flushInterval());
        LogMessageStore store = LogMessageStore.open(storeSettings, new DiskFiles(), clock, errors);
        return new OpenedStore(
                store, (from, visitor) -> store.forEachOrigin(from, (origin, position) -> visitor.accept(origin)));
    }

    private BrokerStore() {}
}
