package io.reliablemq.broker.figures;

import java.util.ArrayList;
import java.util.List;

/**
 * A part that tells figures about itself. Safe for use by any thread; reading takes no lock that the part's work waits
 * for, and does no I/O beyond a look at the file system.
 */
@FunctionalInterface
public interface Figures {

    /** The figures as they are now. Which ones there are may change with what there is to count. */
    List<Figure> read();

    /** All of them, one part after the other. */
    static Figures of(List<Figures> parts) {
        List<Figures> fixed = List.copyOf(parts);
        return () -> {
            List<Figure> all = new ArrayList<>();
            fixed.forEach(part -> all.addAll(part.read()));
            return all;
        };
    }
}
