package io.reliablemq.broker.store;

import io.reliablemq.broker.store.epoch.Epoch;
import io.reliablemq.broker.store.epoch.EpochFile;
import io.reliablemq.broker.store.epoch.EpochHistory;
import io.reliablemq.broker.store.file.DataFolder;
import java.io.IOException;
import java.util.List;
import java.util.UUID;

/** Whose hand wrote the log in a data folder, and from now on; used once, by the thread that opens the store. */
final class StoreEpochs {

    static EpochFile file(DataFolder data) {
        return new EpochFile(data.file("epochs"));
    }

    /**
     * Reads the epochs, and begins a new one unless the log is a copy.
     *
     * @param end where the log ends
     */
    static EpochHistory open(DataFolder data, StoreSettings.Replication replication, long end) throws IOException {
        EpochFile file = file(data);
        EpochHistory found = file.read();
        EpochHistory known = found != null ? found : beforeEpochs(data, end);
        if (replication.isCopy()) {
            return known;
        }
        EpochHistory begun = known.begin(random(), end);
        file.write(begun);
        return begun;
    }

    /** What was written by a version that knew no epochs is this folder's own, and no other's. */
    private static EpochHistory beforeEpochs(DataFolder data, long end) {
        return end == 0
                ? EpochHistory.NONE
                : EpochHistory.of(
                        List.of(new Epoch(0, UUID.fromString(data.id()).getMostSignificantBits(), 0)));
    }

    private static long random() {
        return UUID.randomUUID().getMostSignificantBits();
    }

    private StoreEpochs() {}
}
