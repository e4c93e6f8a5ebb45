package io.reliablemq.broker.store;

import static io.reliablemq.broker.store.TestMessages.bodies;
import static io.reliablemq.broker.store.TestMessages.message;
import static io.reliablemq.broker.store.TestMessages.put;
import static org.assertj.core.api.Assertions.assertThat;

import io.reliablemq.broker.store.AppendResult.Status;
import io.reliablemq.broker.store.file.DiskFaults.Operation;
import io.reliablemq.broker.store.file.MachineStoppedException;
import io.reliablemq.broker.store.file.SimulatedDisk;
import io.reliablemq.protocol.runtime.Clock;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What a start finds in the page cache of a process that was killed must survive the next power cut, once it was shown. */
class RecoveredLogIsDurableTest {

    private static final QueueKey QUEUE = new QueueKey("orders", 0);
    private static final StoreSettings SETTINGS =
            StoreSettings.in(Path.of("/data")).withSegmentBytes(4096).withPreallocateBytes(0);

    private static LogMessageStore open(SimulatedDisk disk) throws Exception {
        return LogMessageStore.open(SETTINGS, disk, Clock.SYSTEM, (where, error) -> {});
    }

    private static void survivesPowerCuts(SimulatedDisk disk, List<String> expected) throws Exception {
        Random chance = new Random(1);
        for (int i = 0; i < 50; i++) {
            try (LogMessageStore store = open(disk.crash(chance))) {
                assertThat(bodies(store, QUEUE)).isEqualTo(expected);
            }
        }
    }

    @Test
    void aSegmentThatEndedWithAFailedForce() throws Exception {
        SimulatedDisk disk = new SimulatedDisk();
        LogMessageStore store = open(disk);
        put(store, message("orders", 0, "x".repeat(2800)));
        // The second message of the batch has no room here, so the writer ends the segment, and forces it.
        disk.faults().arm(Operation.FORCE, path -> path.endsWith("00000000000000000000.log"), 0, 1, 0);
        CompletableFuture<AppendResult> batch = new CompletableFuture<>();
        store.appendBatch(
                List.of(message("orders", 0, "y".repeat(500)), message("orders", 0, "z".repeat(2000))),
                batch::complete);
        assertThat(batch.get(20, TimeUnit.SECONDS).status()).isEqualTo(Status.FAILED);

        SimulatedDisk killed = disk.copy();
        List<String> shown;
        try (LogMessageStore again = open(killed)) {
            shown = new ArrayList<>(bodies(again, QUEUE));
            put(again, message("orders", 0, "promised"));
            shown.add("promised");
            survivesPowerCuts(killed, shown);
        }
    }

    @Test
    void aSegmentThatWasMadeAndWhoseFolderWasNotForced() throws Exception {
        int stops = 0;
        for (boolean stopped = true; stopped; stops++) {
            SimulatedDisk disk = new SimulatedDisk();
            disk.stopAfter(stops, 0);
            try {
                open(disk).close();
                stopped = false;
            } catch (MachineStoppedException e) {
                SimulatedDisk killed = disk.copy();
                try (LogMessageStore again = open(killed)) {
                    put(again, message("orders", 0, "promised"));
                    survivesPowerCuts(killed, List.of("promised"));
                }
            }
        }
        assertThat(stops).isGreaterThan(8);
    }
}
