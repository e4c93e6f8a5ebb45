package io.reliablemq.broker.store.file;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.function.Predicate;

/**
 * A disk in memory with a page cache that can be lost.
 *
 * <p>{@link #crash} is a power cut: chance decides what of that survives which was not forced, as {@link SimulatedFile} and
 * {@link SimulatedNames} say. {@link #copy} is what a killed process leaves: the cache with all that was not forced. Either
 * may strike in the middle of an operation, see {@link #stopAfter}. {@link #faults} are set by the test; a failed force
 * loses what it should have written, and is told once to each open handle, as Linux does.
 */
public final class SimulatedDisk implements StoreFiles {

    private static final Predicate<Path> SEGMENTS = path -> path.toString().endsWith(".log");

    private final SimulatedNames names;
    private final DiskFaults faults = new DiskFaults();
    private final Set<Path> locks = new HashSet<>();
    private static final int BLOCK_BYTES = 4 << 10;

    private final Map<Path, TreeSet<Integer>> lostBlocks = new HashMap<>();
    private long capacity = Long.MAX_VALUE;
    private int operationsLeft = Integer.MAX_VALUE;
    private int bytesWhenStopped;
    private volatile boolean stopped;
    private volatile Runnable duringForce = () -> {};
    private volatile CountDownLatch forceReached = new CountDownLatch(1);

    public SimulatedDisk() {
        this(new SimulatedNames());
    }

    private SimulatedDisk(SimulatedNames names) {
        this.names = names;
    }

    public DiskFaults faults() {
        return faults;
    }

    /** Lets {@code count} more forces of segments succeed; all later ones fail. */
    public void failForcesAfter(int count) {
        faults.disarm(DiskFaults.Operation.FORCE);
        faults.arm(DiskFaults.Operation.FORCE, SEGMENTS, count, Integer.MAX_VALUE, 0);
    }

    /** Lets {@code count} more writes to segments succeed; all later ones fail after having written some bytes. */
    public void failWritesAfter(int count, int bytesWritten) {
        faults.disarm(DiskFaults.Operation.WRITE);
        faults.arm(DiskFaults.Operation.WRITE, SEGMENTS, count, Integer.MAX_VALUE, bytesWritten);
    }

    /** From now on the block around this position cannot be read, until all of it is written again. */
    public synchronized void loseBlock(Path file, int position) {
        lostBlocks.computeIfAbsent(file, path -> new TreeSet<>()).add(position / BLOCK_BYTES);
    }

    /** Bytes of all files that there is room for. */
    public synchronized void setCapacity(long bytes) {
        capacity = bytes;
    }

    /** Bytes of all files. */
    public synchronized long used() {
        return names.seen().values().stream().mapToLong(SimulatedFile::size).sum();
    }

    @Override
    public synchronized Space space(Path folder) {
        return new Space(capacity, Math.max(0, capacity - used()));
    }

    /** Makes every force of a segment hang until the latch is released. Returns what is released by a force that hangs. */
    public CountDownLatch holdForces(CountDownLatch gate) {
        forceReached = new CountDownLatch(1);
        duringForce = () -> awaitUninterruptibly(gate);
        return forceReached;
    }

    /** Runs something in the middle of each force of a segment, before anything of it is on disk. */
    public void duringForce(Runnable action) {
        duringForce = action;
    }

    /**
     * Stops after so many more changes, in the middle of the next one: it and all that follow throw.
     *
     * @param bytes how much of a write is done that is under way then
     */
    public synchronized void stopAfter(int operations, int bytes) {
        operationsLeft = operations;
        bytesWhenStopped = bytes;
    }

    public boolean isStopped() {
        return stopped;
    }

    /** What is left after a power cut, on a disk without faults. */
    public synchronized SimulatedDisk crash(Random chance) {
        return new SimulatedDisk(names.survivor(chance));
    }

    /** A copy with its cache, as if the machine had stayed up and the process had been killed; without faults. */
    public synchronized SimulatedDisk copy() {
        return new SimulatedDisk(names.copy());
    }

    /** Content as processes see it. */
    public synchronized byte[] content(Path file) throws IOException {
        return node(file).content();
    }

    /** Changes content on the platter and in the cache alike. */
    public synchronized void replace(Path file, byte[] content) {
        names.place(file, SimulatedFile.durable(content));
    }

    /** Damages a byte on the platter, as ageing does. */
    public synchronized void flipBit(Path file, int position, int bit) throws IOException {
        node(file).flipBit(position, bit);
    }

    @Override
    public synchronized StoreFile create(Path file) throws IOException {
        requireRunning();
        if (names.find(file) != null) {
            throw new FileAlreadyExistsException(file.toString());
        }
        if (faults.strike(DiskFaults.Operation.CREATE, file) != null) {
            throw new FileSystemException(file.toString(), null, "Too many open files");
        }
        SimulatedFile node = new SimulatedFile();
        names.create(file, node);
        endOperation();
        return new OpenFile(file, node, true);
    }

    @Override
    public synchronized StoreFile open(Path file) throws IOException {
        requireRunning();
        return new OpenFile(file, node(file), true);
    }

    @Override
    public synchronized StoreFile openToRead(Path file) throws IOException {
        requireRunning();
        if (faults.strike(DiskFaults.Operation.OPEN, file) != null) {
            throw new NoHandleLeftException(file, new IOException("Too many open files"));
        }
        return new OpenFile(file, node(file), false);
    }

    @Override
    public synchronized boolean exists(Path file) {
        return names.find(file) != null;
    }

    @Override
    public synchronized List<Path> list(Path folder) {
        List<Path> found = new ArrayList<>();
        for (Path path : names.seen().keySet()) {
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
        requireRunning();
        names.rename(from, to, node(from));
        endOperation();
    }

    @Override
    public synchronized void delete(Path file) {
        requireRunning();
        names.delete(file);
        endOperation();
    }

    @Override
    public synchronized void forceFolder(Path folder) throws IOException {
        requireRunning();
        endOperation();
        if (faults.strike(DiskFaults.Operation.FORCE_FOLDER, folder) != null) {
            throw new FolderFlushException(folder, new IOException("Input/output error"));
        }
        if (faults.strike(DiskFaults.Operation.FORCE_FOLDER_FULL, folder) != null) {
            throw DiskFiles.flushFailure(folder, new IOException("No space left on device"));
        }
        names.force(folder);
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

    private SimulatedFile node(Path file) throws NoSuchFileException {
        SimulatedFile node = names.find(file);
        if (node == null) {
            throw new NoSuchFileException(file.toString());
        }
        return node;
    }

    private void requireRunning() {
        if (stopped) {
            throw new MachineStoppedException();
        }
    }

    /** Whether a change is made is up to the caller; whether anybody learns of it is decided here. */
    private void endOperation() {
        if (operationsLeft != Integer.MAX_VALUE && operationsLeft-- <= 0) {
            stopped = true;
            throw new MachineStoppedException();
        }
    }

    private void requireReadable(Path path, int position, int length) throws IOException {
        TreeSet<Integer> lost = lostBlocks.getOrDefault(path, new TreeSet<>());
        if (length > 0
                && !lost.subSet(position / BLOCK_BYTES, true, (position + length - 1) / BLOCK_BYTES, true)
                        .isEmpty()) {
            throw new IOException("Input/output error");
        }
    }

    /** A system reads a block before it changes a part of it. */
    private void writeOverLostBlocks(Path path, int position, int length, int fileSize) throws IOException {
        TreeSet<Integer> lost = lostBlocks.getOrDefault(path, new TreeSet<>());
        lost.removeIf(block ->
                block * BLOCK_BYTES >= position && Math.min(fileSize, (block + 1) * BLOCK_BYTES) <= position + length);
        requireReadable(path, position, length);
    }

    private static void awaitUninterruptibly(CountDownLatch gate) {
        boolean interrupted = false;
        while (true) {
            try {
                gate.await();
                break;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private final class OpenFile implements StoreFile {

        private final Path path;
        private final SimulatedFile node;
        private final boolean writable;
        private int failuresKnown;
        private boolean closed;

        OpenFile(Path path, SimulatedFile node, boolean writable) {
            this.path = path;
            this.node = node;
            this.writable = writable;
            this.failuresKnown = node.reported();
        }

        @Override
        public void write(ByteBuffer source, long position) throws IOException {
            synchronized (SimulatedDisk.this) {
                requireWritable();
                int wanted = source.remaining();
                writeOverLostBlocks(path, Math.toIntExact(position), wanted, node.size());
                Integer written = faults.strike(DiskFaults.Operation.WRITE, path);
                int length = Math.min(written == null ? wanted : Math.min(written, wanted), room(position));
                byte[] bytes = new byte[operationsLeft == 0 ? Math.min(bytesWhenStopped, length) : length];
                source.get(bytes);
                node.write(Math.toIntExact(position), bytes);
                endOperation();
                if (written != null) {
                    throw new IOException("No space left on device");
                }
                if (length < wanted) {
                    throw new DiskFullException(path, new IOException("No space left on device"));
                }
            }
        }

        private int room(long position) {
            long room = node.size() - position + space(path).usable();
            return (int) Math.max(0, Math.min(Integer.MAX_VALUE, room));
        }

        @Override
        public int read(ByteBuffer target, long position) throws IOException {
            synchronized (SimulatedDisk.this) {
                requireOpen();
                if (faults.strike(DiskFaults.Operation.REOPEN, path) != null) {
                    throw new NoHandleLeftException(path, new IOException("Too many open files"));
                }
                if (faults.strike(DiskFaults.Operation.READ, path) != null) {
                    throw new IOException("Input/output error");
                }
                if (position >= node.size()) {
                    return 0;
                }
                byte[] bytes = new byte[Math.min(target.remaining(), node.size() - Math.toIntExact(position))];
                requireReadable(path, Math.toIntExact(position), bytes.length);
                target.put(bytes, 0, node.read(Math.toIntExact(position), bytes));
                return bytes.length;
            }
        }

        @Override
        public void force() throws IOException {
            if (SEGMENTS.test(path)) {
                forceReached.countDown();
                duringForce.run();
            }
            synchronized (SimulatedDisk.this) {
                requireOpen();
                endOperation();
                if (faults.strike(DiskFaults.Operation.FORCE, path) != null) {
                    node.failForce();
                } else {
                    node.force();
                }
                int failures = node.report();
                if (failures > failuresKnown) {
                    failuresKnown = failures;
                    throw new IOException("Input/output error");
                }
            }
        }

        @Override
        public long size() throws IOException {
            synchronized (SimulatedDisk.this) {
                requireOpen();
                return node.size();
            }
        }

        @Override
        public void truncate(long size) throws IOException {
            synchronized (SimulatedDisk.this) {
                requireWritable();
                node.truncate((int) Math.min(size, Integer.MAX_VALUE));
                endOperation();
            }
        }

        @Override
        public void close() {
            synchronized (SimulatedDisk.this) {
                closed = true;
            }
        }

        private void requireWritable() throws IOException {
            requireOpen();
            if (!writable) {
                throw new java.nio.channels.NonWritableChannelException();
            }
        }

        private void requireOpen() throws IOException {
            requireRunning();
            if (closed) {
                throw new java.nio.channels.ClosedChannelException();
            }
        }
    }
}
