package io.reliablemq.broker.store.file;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** The failures that a test has in store for its disk. Safe for use by any thread. */
public final class DiskFaults {

    /** What fails. */
    public enum Operation {
        WRITE,
        FORCE,
        READ,
        /** Opening a file again that gave its handle back, for a read. */
        REOPEN,
        FORCE_FOLDER,
        /** Flushing a folder, since the disk is full. */
        FORCE_FOLDER_FULL,
        CREATE,
        /** Opening to read. */
        OPEN
    }

    private final List<Fault> armed = new ArrayList<>();

    private static final class Fault {
        final Operation operation;
        final Predicate<Path> files;
        final int bytes;
        int passes;
        int failures;

        Fault(Operation operation, Predicate<Path> files, int passes, int failures, int bytes) {
            this.operation = operation;
            this.files = files;
            this.passes = passes;
            this.failures = failures;
            this.bytes = bytes;
        }
    }

    /**
     * @param passes how many operations of this kind on these files succeed before
     * @param failures how many fail then
     * @param bytes how much a write that fails has written
     */
    public synchronized void arm(Operation operation, Predicate<Path> files, int passes, int failures, int bytes) {
        armed.add(new Fault(operation, files, passes, failures, bytes));
    }

    public synchronized void clear() {
        armed.clear();
    }

    public synchronized void disarm(Operation operation) {
        armed.removeIf(fault -> fault.operation == operation);
    }

    /** @return null if the operation succeeds; otherwise how much a write has written */
    synchronized @Nullable Integer strike(Operation operation, Path file) {
        for (Fault fault : armed) {
            if (fault.operation == operation && fault.failures > 0 && fault.files.test(file) && fault.passes-- <= 0) {
                fault.passes = 0;
                fault.failures--;
                return fault.bytes;
            }
        }
        return null;
    }
}
