package io.reliablemq.broker.figures;

import java.util.ArrayList;
import java.util.List;

/** A part that knows what is wrong with it. Safe for use by any thread; looking is cheap and waits for nothing. */
@FunctionalInterface
public interface HealthChecks {

    /** What is wrong now; empty if nothing is. */
    List<Health.Finding> findings();

    /** All of them, one part after the other. */
    static HealthChecks of(List<HealthChecks> parts) {
        List<HealthChecks> fixed = List.copyOf(parts);
        return () -> {
            List<Health.Finding> all = new ArrayList<>();
            fixed.forEach(part -> all.addAll(part.findings()));
            return all;
        };
    }
}
