package io.reliablemq.broker.store.index.timer;

import io.reliablemq.broker.store.file.AtomicFile;
import io.reliablemq.broker.store.file.StoreFile;
import io.reliablemq.broker.store.file.StoreFiles;
import io.reliablemq.broker.store.index.ChecksummedBlocks;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The timer file of an ended segment, open for reading. What stands in its header may be asked by any thread; entries are
 * visited by one thread at a time, since the block that was read last is kept.
 */
final class TimerFile implements TimerRun {

    private final StoreFiles files;
    private final Path path;
    private final StoreFile file;
    private final Function<String, IOException> damage;
    private final ByteBuffer header;
    private final long entries;
    private final ChecksummedBlocks blocks;
    private @Nullable ByteBuffer block;
    private long blockNumber = -1;

    /** Where the last search ended, which is where the next one usually goes on. */
    private long hint;

    private TimerFile(
            StoreFiles files, Path path, StoreFile file, Function<String, IOException> damage, ByteBuffer header) {
        this.files = files;
        this.path = path;
        this.damage = damage;
        this.file = file;
        this.header = header;
        this.entries = header.getLong(TimerLayout.ENTRIES_AT);
        this.blocks = TimerLayout.blocks(entries);
    }

    /** Writes the file of a segment. */
    static void write(StoreFiles files, Path path, long next, MemoryTimers timers) throws IOException {
        int count = timers.count();
        ByteBuffer out =
                ByteBuffer.allocate(Math.toIntExact(TimerLayout.blocks(count).fileBytes()));
        int[] order = timers.sorted();
        putHeader(out, next, timers, order);
        for (int i = 0; i < count; i++) {
            int start = TimerLayout.HEADER_BYTES + i / TimerLayout.BLOCK_ENTRIES * ChecksummedBlocks.BLOCK_BYTES;
            int at = start + i % TimerLayout.BLOCK_ENTRIES * TimerLayout.ENTRY_BYTES;
            out.putLong(at, timers.dueMs(order[i]));
            out.putInt(at + TimerLayout.ENTRY_POSITION_AT, timers.positionInSegment(order[i]));
            out.putInt(at + TimerLayout.ENTRY_SIZE_AT, timers.size(order[i]));
            if (i == count - 1 || (i + 1) % TimerLayout.BLOCK_ENTRIES == 0) {
                ChecksummedBlocks.seal(out, start);
            }
        }
        new AtomicFile(files, path).write(out);
    }

    private static void putHeader(ByteBuffer out, long next, MemoryTimers timers, int[] order) {
        out.putInt(0, TimerLayout.MAGIC);
        out.putShort(4, TimerLayout.VERSION);
        out.putLong(TimerLayout.BASE_AT, timers.base());
        out.putLong(TimerLayout.NEXT_AT, next);
        out.putLong(TimerLayout.ENTRIES_AT, order.length);
        if (order.length > 0) {
            int last = order[order.length - 1];
            out.putLong(TimerLayout.FIRST_DUE_AT, timers.dueMs(order[0]));
            out.putLong(TimerLayout.LAST_DUE_AT, timers.dueMs(last));
            out.putInt(TimerLayout.LAST_POSITION_AT, timers.positionInSegment(last));
        }
        out.putInt(TimerLayout.CHECKSUM_AT, TimerLayout.headerChecksum(out));
    }

    /**
     * Reads the header.
     *
     * @param damage takes note of damage that is found later, and says how to tell the reader
     * @return null if the file is missing, damaged, unreadable, or not that of this segment
     */
    static @Nullable TimerFile open(
            StoreFiles files, Path path, long base, long next, Function<String, IOException> damage)
            throws IOException {
        if (!files.exists(path)) {
            return null;
        }
        StoreFile file = files.openToRead(path);
        try {
            ByteBuffer header = ChecksummedBlocks.head(path, () -> soundHeader(file, base, next));
            if (header != null) {
                return new TimerFile(files, path, file, damage, header);
            }
            file.close();
            return null;
        } catch (IOException | RuntimeException e) {
            file.close();
            throw e;
        }
    }

    private static @Nullable ByteBuffer soundHeader(StoreFile file, long base, long next) throws IOException {
        ByteBuffer header = ByteBuffer.allocate(TimerLayout.HEADER_BYTES);
        file.read(header, 0);
        return isSound(header, file.size(), base, next) ? header : null;
    }

    private static boolean isSound(ByteBuffer header, long size, long base, long next) {
        long entries = header.getLong(TimerLayout.ENTRIES_AT);
        return !header.hasRemaining()
                && header.getInt(0) == TimerLayout.MAGIC
                && header.getShort(4) == TimerLayout.VERSION
                && header.getLong(TimerLayout.BASE_AT) == base
                && header.getLong(TimerLayout.NEXT_AT) == next
                && header.getInt(TimerLayout.CHECKSUM_AT) == TimerLayout.headerChecksum(header)
                && entries >= 0
                && size == TimerLayout.blocks(entries).fileBytes();
    }

    boolean isEmpty() {
        return entries == 0;
    }

    @Override
    public long base() {
        return header.getLong(TimerLayout.BASE_AT);
    }

    @Override
    public long end() {
        return header.getLong(TimerLayout.NEXT_AT);
    }

    @Override
    public boolean isOver(long dueMs, long position) {
        long lastPosition = base() + header.getInt(TimerLayout.LAST_POSITION_AT);
        return isEmpty() || Timer.compare(header.getLong(TimerLayout.LAST_DUE_AT), lastPosition, dueMs, position) <= 0;
    }

    @Override
    public void visitAfter(long dueMs, long position, TimerVisitor visitor) throws IOException {
        hint = firstAfter(dueMs, position);
        visit(hint, visitor);
    }

    @Override
    public void visitFrom(long position, TimerVisitor visitor) throws IOException {
        visit(0, (dueMs, at, size) -> at < position || visitor.timer(dueMs, at, size));
    }

    private void visit(long from, TimerVisitor visitor) throws IOException {
        for (long entry = from; entry < entries; entry++) {
            ByteBuffer in = blockOf(entry);
            int at = placeOf(entry);
            if (!visitor.timer(in.getLong(at), position(in, at), in.getInt(at + TimerLayout.ENTRY_SIZE_AT))) {
                return;
            }
        }
    }

    /** Searches in growing steps from where the last search ended, and then between the last two steps. */
    private long firstAfter(long dueMs, long position) throws IOException {
        long low = hint == 0 || isAfter(hint - 1, dueMs, position) ? 0 : hint;
        long step = 1;
        long high = low;
        while (high < entries && !isAfter(high, dueMs, position)) {
            low = high + 1;
            high += step;
            step *= 2;
        }
        high = Math.min(high, entries);
        while (low < high) {
            long middle = (low + high) >>> 1;
            if (isAfter(middle, dueMs, position)) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        return low;
    }

    private boolean isAfter(long entry, long dueMs, long position) throws IOException {
        ByteBuffer in = blockOf(entry);
        int at = placeOf(entry);
        return Timer.compare(in.getLong(at), position(in, at), dueMs, position) > 0;
    }

    private long position(ByteBuffer in, int at) {
        return base() + in.getInt(at + TimerLayout.ENTRY_POSITION_AT);
    }

    private static int placeOf(long entry) {
        return (int) (entry % TimerLayout.BLOCK_ENTRIES) * TimerLayout.ENTRY_BYTES;
    }

    private ByteBuffer blockOf(long entry) throws IOException {
        long number = entry / TimerLayout.BLOCK_ENTRIES;
        ByteBuffer held = block;
        if (held != null && blockNumber == number) {
            return held;
        }
        ByteBuffer read = held == null ? ByteBuffer.allocate(ChecksummedBlocks.BLOCK_BYTES) : held.clear();
        blockNumber = -1;
        block = read;
        String fault = blocks.read(file, number, read);
        if (fault != null) {
            throw damage.apply(fault);
        }
        blockNumber = number;
        return read;
    }

    /** Reads all of the file, as it stands on the disk now; damage is noted. Any thread may call. */
    boolean isWhole() throws IOException {
        return blocks.areWholeIn(files, path, "header", onDisk -> soundHeader(onDisk, base(), end()) != null, damage);
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
