package io.reliablemq.broker.store.file;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/**
 * The content of one file: as processes see it, as it stands on the platter, and what lies in between. Guarded by the
 * monitor of its disk.
 *
 * <p>Of what was not forced, a power cut may keep any choice of sectors, each as any of its writes left it, and any size
 * that the file had meanwhile.
 */
final class SimulatedFile {

    static final int SECTOR = 512;

    private static final int STALE_ONE_IN = 6;

    private byte[] cached = new byte[0];
    private int size;
    private byte[] durable = new byte[0];

    /** What writes made of each sector since the last force, the oldest first. */
    private final Map<Integer, List<byte[]>> dirty = new TreeMap<>();

    /** The durable size, and those that the file had since. */
    private final List<Integer> sizes = new ArrayList<>(List.of(0));

    private int failures;
    private int reported;

    static SimulatedFile durable(byte[] content) {
        SimulatedFile file = new SimulatedFile();
        file.cached = content.clone();
        file.size = content.length;
        file.durable = content.clone();
        file.sizes.set(0, content.length);
        return file;
    }

    int size() {
        return size;
    }

    byte[] content() {
        return Arrays.copyOf(cached, size);
    }

    int read(int position, byte[] target) {
        int length = Math.max(0, Math.min(target.length, size - position));
        if (length > 0) {
            System.arraycopy(cached, position, target, 0, length);
        }
        return length;
    }

    void write(int position, byte[] bytes) {
        if (bytes.length == 0) {
            return;
        }
        resize(Math.max(size, position + bytes.length));
        System.arraycopy(bytes, 0, cached, position, bytes.length);
        for (int sector = position / SECTOR; sector <= (position + bytes.length - 1) / SECTOR; sector++) {
            dirty.computeIfAbsent(sector, at -> new ArrayList<>()).add(sector(sector));
        }
    }

    void truncate(int to) {
        if (to >= size) {
            return;
        }
        Arrays.fill(cached, to, size, (byte) 0);
        resize(to);
        dirty.keySet().removeIf(sector -> sector * SECTOR >= to);
    }

    private void resize(int to) {
        if (to > cached.length) {
            cached = Arrays.copyOf(cached, Math.max(to, cached.length * 2));
        }
        if (to != size) {
            size = to;
            sizes.add(to);
        }
    }

    private byte[] sector(int sector) {
        return Arrays.copyOfRange(cached, sector * SECTOR, sector * SECTOR + SECTOR);
    }

    void force() {
        durable = base(sizes.size() - 1);
        dirty.forEach((sector, versions) -> put(versions.get(versions.size() - 1), durable, sector));
        settle();
    }

    /**
     * A force or write-back that fails, as Linux does it: what could not be written is taken for clean all the same. It
     * can be read until the machine stops, and is not on the platter.
     */
    void failForce() {
        dirty.clear();
        failures++;
    }

    /** The failures that a handle which is opened now will not be told of: those that somebody was told of. */
    int reported() {
        return reported;
    }

    /** @return the failures so far, all of which count as reported from now on */
    int report() {
        reported = failures;
        return failures;
    }

    private void settle() {
        dirty.clear();
        sizes.clear();
        sizes.add(size);
    }

    /** Damages what stands on the platter and is not in the cache, as ageing does. */
    void flipBit(int position, int bit) {
        durable[position] ^= (byte) (1 << bit);
        cached[position] ^= (byte) (1 << bit);
    }

    /** As a power cut may leave it. */
    SimulatedFile survivor(Random chance) {
        byte[] left = base(pickSize(chance));
        int share = chance.nextInt(101);
        boolean stale = chance.nextInt(STALE_ONE_IN) == 0;
        dirty.forEach((sector, versions) -> {
            if (chance.nextInt(100) < share) {
                int last = versions.size() - 1;
                put(versions.get(chance.nextBoolean() ? last : chance.nextInt(last + 1)), left, sector);
            } else if (stale && sector * SECTOR >= durable.length) {
                // A file system that orders nothing shows what the block held in an earlier life.
                byte[] old = new byte[SECTOR];
                chance.nextBytes(old);
                put(old, left, sector);
            }
        });
        return durable(left);
    }

    private int pickSize(Random chance) {
        return switch (chance.nextInt(3)) {
            case 0 -> 0;
            case 1 -> sizes.size() - 1;
            default -> chance.nextInt(sizes.size());
        };
    }

    /** The platter's content with the size that the file had at that point; what was cut off in between is zero. */
    private byte[] base(int at) {
        int lowest = durable.length;
        for (int i = 0; i <= at; i++) {
            lowest = Math.min(lowest, sizes.get(i));
        }
        return Arrays.copyOf(Arrays.copyOf(durable, lowest), sizes.get(at));
    }

    private static void put(byte[] from, byte[] to, int sector) {
        int start = sector * SECTOR;
        if (start < to.length) {
            System.arraycopy(from, 0, to, start, Math.min(SECTOR, to.length - start));
        }
    }

    /** The same file, cache and all. */
    SimulatedFile copy() {
        SimulatedFile copy = new SimulatedFile();
        copy.cached = cached.clone();
        copy.size = size;
        copy.durable = durable.clone();
        dirty.forEach((sector, versions) -> copy.dirty.put(sector, new ArrayList<>(versions)));
        copy.sizes.clear();
        copy.sizes.addAll(sizes);
        copy.failures = failures;
        copy.reported = reported;
        return copy;
    }
}
