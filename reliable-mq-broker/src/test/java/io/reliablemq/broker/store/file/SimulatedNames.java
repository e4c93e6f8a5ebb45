package io.reliablemq.broker.store.file;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Which names the files have: as processes see it, and after the last force of each folder. Guarded by the monitor of
 * its disk.
 *
 * <p>Of the changes that were not forced, a power cut may keep the first few, as a journal does, or any others, as POSIX
 * allows. A rename is one change.
 */
final class SimulatedNames {

    private final Map<Path, SimulatedFile> cached = new TreeMap<>();
    private final Map<Path, SimulatedFile> durable = new TreeMap<>();
    private final List<Change> unforced = new ArrayList<>();

    /** One change of a folder. */
    private record Change(
            Path folder, @Nullable Path removed, @Nullable Path added, SimulatedFile file) {

        void apply(Map<Path, SimulatedFile> names) {
            if (removed != null) {
                names.remove(removed);
            }
            if (added != null) {
                names.put(added, file);
            }
        }
    }

    Map<Path, SimulatedFile> seen() {
        return cached;
    }

    @Nullable
    SimulatedFile find(Path file) {
        return cached.get(file);
    }

    void create(Path file, SimulatedFile content) {
        change(new Change(folderOf(file), null, file, content));
    }

    void rename(Path from, Path to, SimulatedFile file) {
        change(new Change(folderOf(from), from, to, file));
    }

    void delete(Path file) {
        SimulatedFile deleted = cached.get(file);
        if (deleted != null) {
            change(new Change(folderOf(file), file, null, deleted));
        }
    }

    /** Puts a file there as if it had always been there. */
    void place(Path file, SimulatedFile content) {
        cached.put(file, content);
        durable.put(file, content);
    }

    void force(Path folder) {
        for (Change change : unforced) {
            if (change.folder().equals(folder)) {
                change.apply(durable);
            }
        }
        unforced.removeIf(change -> change.folder().equals(folder));
    }

    private void change(Change change) {
        change.apply(cached);
        unforced.add(change);
    }

    private static Path folderOf(Path file) {
        Path folder = file.getParent();
        if (folder == null) {
            throw new IllegalArgumentException(file + " is not in a folder");
        }
        return folder;
    }

    /** As a power cut may leave it. */
    SimulatedNames survivor(Random chance) {
        Map<Path, SimulatedFile> names = new TreeMap<>(durable);
        boolean inOrder = chance.nextBoolean();
        int prefix = chance.nextInt(unforced.size() + 1);
        for (int i = 0; i < unforced.size(); i++) {
            if (inOrder ? i < prefix : chance.nextBoolean()) {
                unforced.get(i).apply(names);
            }
        }
        SimulatedNames left = new SimulatedNames();
        UnaryOperator<SimulatedFile> survivor = once(file -> file.survivor(chance));
        names.forEach((path, file) -> left.place(path, survivor.apply(file)));
        return left;
    }

    /** The same names and files, cache and all. */
    SimulatedNames copy() {
        UnaryOperator<SimulatedFile> copy = once(SimulatedFile::copy);
        SimulatedNames same = new SimulatedNames();
        cached.forEach((path, file) -> same.cached.put(path, copy.apply(file)));
        durable.forEach((path, file) -> same.durable.put(path, copy.apply(file)));
        unforced.forEach(change -> same.unforced.add(
                new Change(change.folder(), change.removed(), change.added(), copy.apply(change.file()))));
        return same;
    }

    /** One file may be known by several names, before and after a rename. */
    private static UnaryOperator<SimulatedFile> once(UnaryOperator<SimulatedFile> make) {
        Map<SimulatedFile, SimulatedFile> made = new IdentityHashMap<>();
        return file -> {
            SimulatedFile known = made.get(file);
            if (known == null) {
                known = make.apply(file);
                made.put(file, known);
            }
            return known;
        };
    }
}
