package io.reliablemq.broker.store.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.reliablemq.broker.store.file.DiskFaults.Operation;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** A disk that forgot nothing would prove nothing: each loss that the model promises does occur, and no other. */
class SimulatedDiskTest extends StoreFilesContract {

    private static final int CUTS = 400;
    private static final Path FOLDER = Path.of("/data");
    private static final Path FILE = FOLDER.resolve("file");

    private final SimulatedDisk disk = new SimulatedDisk();

    @Override
    StoreFiles files() {
        return disk;
    }

    @Override
    Path folder() {
        return FOLDER;
    }

    private static ByteBuffer filled(int length, int value) {
        byte[] bytes = new byte[length];
        Arrays.fill(bytes, (byte) value);
        return ByteBuffer.wrap(bytes);
    }

    private StoreFile forcedFile(int length) throws IOException {
        StoreFile file = disk.create(FILE);
        file.write(filled(length, 1), 0);
        file.force();
        disk.forceFolder(FOLDER);
        return file;
    }

    /** What different power cuts leave. */
    private <T> Set<T> outcomes(Function<SimulatedDisk, T> seen) {
        return outcomes(disk, seen);
    }

    private static <T> Set<T> outcomes(SimulatedDisk disk, Function<SimulatedDisk, T> seen) {
        Random chance = new Random(1);
        Set<T> outcomes = new HashSet<>();
        for (int i = 0; i < CUTS; i++) {
            outcomes.add(seen.apply(disk.crash(chance)));
        }
        return outcomes;
    }

    private static byte[] content(SimulatedDisk disk) {
        try {
            return disk.content(FILE);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** The first byte of each sector. */
    private static List<Integer> sectors(SimulatedDisk disk) {
        byte[] content = content(disk);
        List<Integer> sectors = new ArrayList<>();
        for (int i = 0; i < content.length; i += 512) {
            sectors.add((int) content[i]);
        }
        return sectors;
    }

    @Test
    void keepsWhatWasForced() throws Exception {
        forcedFile(2000);

        assertThat(outcomes(left -> Arrays.hashCode(content(left)))).containsExactly(Arrays.hashCode(content(disk)));
    }

    @Test
    void tearsAWriteBetweenAnyTwoSectorsAndInAnyOrder() throws Exception {
        StoreFile file = forcedFile(3 * 512);
        file.write(filled(3 * 512, 2), 0);

        assertThat(outcomes(SimulatedDiskTest::sectors))
                .containsExactlyInAnyOrder(
                        List.of(1, 1, 1),
                        List.of(1, 1, 2),
                        List.of(1, 2, 1),
                        List.of(1, 2, 2),
                        List.of(2, 1, 1),
                        List.of(2, 1, 2),
                        List.of(2, 2, 1),
                        List.of(2, 2, 2));
    }

    @Test
    void mayKeepTheEarlierOfTwoWrites() throws Exception {
        StoreFile file = forcedFile(512);
        file.write(filled(512, 2), 0);
        file.write(filled(512, 3), 0);

        assertThat(outcomes(SimulatedDiskTest::sectors)).containsExactlyInAnyOrder(List.of(1), List.of(2), List.of(3));
    }

    @Test
    void mayKeepASizeWithoutItsContentAndTheOtherWayRoundLosesBoth() throws Exception {
        StoreFile file = forcedFile(512);
        file.write(filled(512, 2), 512);

        assertThat(outcomes(SimulatedDiskTest::sectors)).contains(List.of(1), List.of(1, 0), List.of(1, 2));
    }

    @Test
    void mayLeaveAForgottenFileEmptyOrNotThere() throws Exception {
        disk.create(FILE).write(filled(512, 2), 0);

        assertThat(outcomes(left -> left.exists(FILE) ? content(left).length : -1))
                .containsExactlyInAnyOrder(-1, 0, 512);
    }

    @Test
    void mayTakeACutBack() throws Exception {
        StoreFile file = forcedFile(1024);
        file.truncate(100);

        assertThat(outcomes(left -> content(left).length)).containsExactlyInAnyOrder(100, 1024);
        file.force();
        assertThat(outcomes(left -> content(left).length)).containsExactly(100);
    }

    @Test
    void keepsAnyChoiceOfFolderChanges() throws Exception {
        Path a = FOLDER.resolve("a");
        Path b = FOLDER.resolve("b");
        forcedFile(1);
        disk.create(a).close();
        disk.create(b).close();
        disk.delete(FILE);

        assertThat(outcomes(left -> left.list(FOLDER))).hasSize(8).contains(List.of(a, b), List.of(FILE));
        disk.forceFolder(FOLDER);
        assertThat(outcomes(left -> left.list(FOLDER))).containsExactly(List.of(a, b));
    }

    @Test
    void renamesWhollyOrNotAtAll() throws Exception {
        Path other = FOLDER.resolve("other");
        forcedFile(1);
        disk.rename(FILE, other);

        assertThat(outcomes(left -> left.list(FOLDER))).containsExactlyInAnyOrder(List.of(FILE), List.of(other));
    }

    @Test
    void aFailedForceHidesThatNothingIsOnDisk() throws Exception {
        StoreFile file = forcedFile(512);
        StoreFile other = disk.open(FILE);
        disk.faults().arm(Operation.FORCE, FILE::equals, 0, 1, 0);
        file.write(filled(512, 2), 0);

        assertThatThrownBy(file::force).isInstanceOf(IOException.class);
        file.force();
        assertThatThrownBy(other::force).as("each handle is told once").isInstanceOf(IOException.class);
        other.force();
        disk.open(FILE).force();

        assertThat(content(disk)[0]).isEqualTo((byte) 2);
        assertThat(outcomes(SimulatedDiskTest::sectors)).containsExactly(List.of(1));
        file.write(filled(512, 2), 0);
        file.force();
        assertThat(outcomes(SimulatedDiskTest::sectors)).containsExactly(List.of(2));
    }

    @Test
    void writesWhatFitsWhenItIsFull() throws Exception {
        StoreFile file = forcedFile(512);
        disk.setCapacity(600);

        assertThatThrownBy(() -> file.write(filled(200, 2), 500))
                .isInstanceOf(DiskFullException.class)
                .hasMessageContaining("No space left on device");
        assertThat(file.size()).isEqualTo(600);
        file.write(filled(600, 3), 0);
        disk.setCapacity(700);
        file.write(filled(100, 4), 600);
        assertThat(disk.used()).isEqualTo(700);
    }

    @Test
    void aKilledProcessLeavesTheCacheAndNoMore() throws Exception {
        StoreFile file = forcedFile(512);
        file.write(filled(512, 2), 0);

        SimulatedDisk left = disk.copy();

        assertThat(sectors(left)).containsExactly(2);
        assertThat(outcomes(left, SimulatedDiskTest::sectors)).containsExactlyInAnyOrder(List.of(1), List.of(2));
    }

    @Test
    void stopsInTheMiddleOfAWriteAndForGood() throws Exception {
        StoreFile file = forcedFile(512);
        disk.stopAfter(1, 100);
        file.write(filled(1, 9), 0);

        assertThatThrownBy(() -> file.write(filled(512, 2), 0)).isInstanceOf(MachineStoppedException.class);
        assertThatThrownBy(() -> disk.create(FOLDER.resolve("x"))).isInstanceOf(MachineStoppedException.class);
        assertThat(disk.isStopped()).isTrue();
        assertThat(content(disk)[99]).isEqualTo((byte) 2);
        assertThat(content(disk)[100]).isEqualTo((byte) 1);
    }
}
