package io.reliablemq.broker.figures;

import java.util.List;
import java.util.Map;

/**
 * Whether the broker does its work, and what stands in its way.
 *
 * @param status the worst of its findings; UP without any
 * @param details what is to be known also while all is well, by name: texts, numbers and maps of such
 */
public record Health(Status status, List<Finding> findings, Map<String, Object> details) {

    /** From good to bad. */
    public enum Status {
        UP,
        /** It works, but not as well or as safely as it should. */
        DEGRADED,
        /** It refuses messages, and does so until somebody does something. */
        DOWN
    }

    /**
     * Something an operator should know.
     *
     * @param name of what was looked at, the same each time, for instance {@code log}
     * @param what is wrong
     * @param action what to do next
     */
    public record Finding(String name, Status status, String what, String action) {}

    public Health {
        findings = List.copyOf(findings);
    }

    public static Health of(List<Finding> findings) {
        return of(findings, Map.of());
    }

    public static Health of(List<Finding> findings, Map<String, Object> details) {
        Status worst = Status.UP;
        for (Finding finding : findings) {
            worst = finding.status().compareTo(worst) > 0 ? finding.status() : worst;
        }
        return new Health(worst, findings, details);
    }
}
