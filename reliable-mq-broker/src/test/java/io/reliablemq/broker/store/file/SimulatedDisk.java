package io.reliablemq.broker.store.file;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;

/**
 * A disk in memory with a page cache that can be lost.
 *
 * <p>Content is kept twice: as processes see it, and as it stands on the platter after the last force. {@link #crash} is a
 * power cut: of every sector that was written and not forced, and of every change of a folder that was not forced, chance
 * decides whether it made it. Faults are set by the test: a force or write that fails, a force that hangs, a full disk.
 */
public final class SimulatedDisk implements StoreFiles {

    private static final int SECTOR = 512;

    private static final class Node {
        private byte[] cached = new byte[0];
        private byte[] durable = new byte[0];
        private final BitSet dirty = new BitSet();
    }

    private final Map<Path, Node> cachedNames = new TreeMap<>();
    private final Map<Path, Node> durableNames = new TreeMap<>();
    private final Set<Path> locks = new HashSet<>();
    private int failForcesAfter = Integer.MAX_VALUE;
    private int failWritesAfter = Integer.MAX_VALUE;
    private int shortWriteBytes = -1;
    private long capacity = Long.MAX_VALUE;
    private volatile CountDownLatch forceGate = new CountDownLatch(0);
    private volatile CountDownLatch forceReached = new CountDownLatch(1);

    /** Lets {@code count} more forces of segments succeed; all later ones fail. */
    public synchronized void failForcesAfter(int count) {
        failForcesAfter = count;
    }

    /** Lets {@code count} more writes to segments succeed; all later ones fail after having written some bytes. */
    public synchronized void failWritesAfter(int count, int bytesWritten) {
        failWritesAfter = count;
        shortWriteBytes = bytesWritten;
    }

    /** Makes every force of a segment hang until the latch is released. Returns what is released by a force that hangs. */
    public CountDownLatch holdForces(CountDownLatch gate) {
        forceReached = new CountDownLatch(1);
        forceGate = gate;
        return forceReached;
    }

    /** What is left after a power cut, on a disk without faults. */
    public synchronized SimulatedDisk crash(Random chance) {
        SimulatedDisk after = new SimulatedDisk();
        Map<Path, Node> names = new TreeMap<>(durableNames);
        // Folder changes survive in the order in which they were made, or not at all: here, all or none.
        if (chance.nextBoolean()) {
            names = new TreeMap<>(cachedNames);
        }
        names.forEach((path, node) -> after.put(path, survivor(node, chance)));
        return after;
    }

    private void put(Path path, Node node) {
        cachedNames.put(path, node);
        durableNames.put(path, node);
    }

    private static Node survivor(Node node, Random chance) {
        boolean longer = chance.nextBoolean();
        int share = chance.nextInt(101);
        byte[] bytes = Arrays.copyOf(node.durable, longer ? node.cached.length : node.durable.length);
        for (int sector = node.dirty.nextSetBit(0); sector >= 0; sector = node.dirty.nextSetBit(sector + 1)) {
            int from = sector * SECTOR;
            int to = Math.min(Math.min(from + SECTOR, bytes.length), node.cached.length);
            if (from < to && chance.nextInt(100) < share) {
                System.arraycopy(node.cached, from, bytes, from, to - from);
            }
        }
        Node left = new Node();
        left.cached = bytes.clone();
        left.durable = bytes;
        return left;
    }

    /** Content as processes see it. */
    public synchronized byte[] content(Path file) throws IOException {
        return node(file).cached.clone();
    }

    /** Changes content on the platter and in the cache alike. */
    public synchronized void replace(Path file, byte[] content) {
        Node node = new Node();
        node.cached = content.clone();
        node.durable = content.clone();
        put(file, node);
    }

    /** A copy of what processes see, as if the machine had stayed up and the process had been killed. */
    public synchronized SimulatedDisk copy() {
        SimulatedDisk copy = new SimulatedDisk();
        cachedNames.forEach((path, node) -> copy.replace(path, node.cached));
        return copy;
    }

    @Override
    public synchronized StoreFile create(Path file) throws IOException {
        if (cachedNames.containsKey(file)) {
            throw new FileAlreadyExistsException(file.toString());
        }
        Node node = new Node();
        cachedNames.put(file, node);
        return new OpenFile(file, node);
    }

    @Override
    public synchronized StoreFile open(Path file) throws IOException {
        return new OpenFile(file, node(file));
    }

    @Override
    public StoreFile openToRead(Path file) throws IOException {
        return open(file);
    }

    @Override
    public synchronized boolean exists(Path file) {
        return cachedNames.containsKey(file);
    }

    @Override
    public synchronized List<Path> list(Path folder) {
        List<Path> found = new ArrayList<>();
        for (Path path : cachedNames.keySet()) {
            if (folder.equals(path.getParent())) {
                found.add(path);
            }
        }
        return found;
    }

    @Override
    public void createFolder(Path folder) {
        // Folders need no entry of their own here.
    }

    @Override
    public synchronized void rename(Path from, Path to) throws IOException {
        Node node = node(from);
        cachedNames.remove(from);
        cachedNames.put(to, node);
    }

    @Override
    public synchronized void delete(Path file) {
        cachedNames.remove(file);
    }

    @Override
    public synchronized void forceFolder(Path folder) {
        durableNames.keySet().removeIf(path -> folder.equals(path.getParent()));
        cachedNames.forEach((path, node) -> {
            if (folder.equals(path.getParent())) {
                durableNames.put(path, node);
            }
        });
    }

    @Override
    public synchronized Space space(Path folder) {
        long used = cachedNames.values().stream()
                .mapToLong(node -> node.cached.length)
                .sum();
        return new Space(capacity, Math.max(0, capacity - used));
    }

    /** Bytes of all files that there is room for. */
    public synchronized void setCapacity(long bytes) {
        capacity = bytes;
    }

    @Override
    public synchronized FolderLock lock(Path file) throws IOException {
        if (!locks.add(file)) {
            throw new FolderInUseException(file);
        }
        return () -> {
            synchronized (this) {
                locks.remove(file);
            }
        };
    }

    private Node node(Path file) throws NoSuchFileException {
        Node node = cachedNames.get(file);
        if (node == null) {
            throw new NoSuchFileException(file.toString());
        }
        return node;
    }

    private final class OpenFile implements StoreFile {

        private final Path path;
        private final Node node;
        private final boolean isSegment;
        private boolean closed;

        OpenFile(Path path, Node node) {
            this.path = path;
            this.node = node;
            this.isSegment = path.toString().endsWith(".log");
        }

        @Override
        public void write(ByteBuffer source, long position) throws IOException {
            synchronized (SimulatedDisk.this) {
                requireOpen();
                long growth = position + source.remaining() - node.cached.length;
                if (growth > space(path).usable()) {
                    throw new DiskFullException(path, new IOException("No space left on device"));
                }
                boolean fails = isSegment && failWritesAfter-- <= 0;
                byte[] bytes = new byte[fails ? Math.min(shortWriteBytes, source.remaining()) : source.remaining()];
                source.get(bytes);
                put(bytes, Math.toIntExact(position));
                if (fails) {
                    failWritesAfter = 0;
                    throw new IOException("No space left on device");
                }
            }
        }

        private void put(byte[] bytes, int position) {
            if (position + bytes.length > node.cached.length) {
                node.cached = Arrays.copyOf(node.cached, position + bytes.length);
            }
            System.arraycopy(bytes, 0, node.cached, position, bytes.length);
            if (bytes.length > 0) {
                node.dirty.set(position / SECTOR, (position + bytes.length - 1) / SECTOR + 1);
            }
        }

        @Override
        public int read(ByteBuffer target, long position) throws IOException {
            synchronized (SimulatedDisk.this) {
                requireOpen();
                int length = (int) Math.max(0, Math.min(target.remaining(), node.cached.length - position));
                target.put(node.cached, length == 0 ? 0 : Math.toIntExact(position), length);
                return length;
            }
        }

        @Override
        public void force() throws IOException {
            if (isSegment) {
                forceReached.countDown();
                awaitGate();
            }
            synchronized (SimulatedDisk.this) {
                requireOpen();
                boolean fails = isSegment && failForcesAfter-- <= 0;
                if (fails) {
                    failForcesAfter = 0;
                    // As Linux does: what could not be written is marked clean all the same.
                    node.dirty.clear();
                    throw new IOException("Input/output error");
                }
                node.durable = node.cached.clone();
                node.dirty.clear();
            }
        }

        private void awaitGate() {
            boolean interrupted = false;
            while (true) {
                try {
                    forceGate.await();
                    break;
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }

        @Override
        public long size() throws IOException {
            synchronized (SimulatedDisk.this) {
                requireOpen();
                return node.cached.length;
            }
        }

        @Override
        public void truncate(long size) throws IOException {
            synchronized (SimulatedDisk.this) {
                requireOpen();
                node.cached = Arrays.copyOf(node.cached, (int) Math.min(size, node.cached.length));
            }
        }

        @Override
        public void close() {
            synchronized (SimulatedDisk.this) {
                closed = true;
            }
        }

        private void requireOpen() throws IOException {
            if (closed) {
                throw new IOException(path + " is closed");
            }
        }
    }
}
