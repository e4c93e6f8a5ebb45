package io.reliablemq.broker.store.index;

import io.reliablemq.protocol.runtime.CloseStack;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** All indexes of the log, fed together. The same threads call as for a single one. */
public final class SegmentIndexes implements AutoCloseable {

    private final List<SegmentIndex> indexes;

    public SegmentIndexes(List<SegmentIndex> indexes) {
        this.indexes = List.copyOf(indexes);
    }

    /** Takes an ended segment from the files beside it; gives the indexes whose file is missing or damaged. */
    public List<SegmentIndex> load(long base, long next) throws IOException {
        List<SegmentIndex> missing = new ArrayList<>();
        for (SegmentIndex index : indexes) {
            if (!index.load(base, next)) {
                missing.add(index);
            }
        }
        return missing;
    }

    public List<SegmentIndex> all() {
        return indexes;
    }

    /** Forgets a segment in all of them. */
    public void drop(long base) throws IOException {
        for (SegmentIndex index : indexes) {
            index.drop(base);
        }
    }

    /** Reads all files of an ended segment; see {@link SegmentIndex#verify}. */
    public boolean verify(long base) throws IOException {
        boolean whole = true;
        for (SegmentIndex index : indexes) {
            whole &= index.verify(base);
        }
        return whole;
    }

    public void add(IndexedMessage message) {
        for (SegmentIndex index : indexes) {
            index.add(message);
        }
    }

    /** Closes the files; goes on past a failure and throws the first one. */
    @Override
    public void close() throws IOException {
        try (CloseStack stack = new CloseStack()) {
            indexes.forEach(stack::push);
        } catch (IOException | RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IOException(e);
        }
    }
}
