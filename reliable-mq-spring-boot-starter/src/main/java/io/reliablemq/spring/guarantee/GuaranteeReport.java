package io.reliablemq.spring.guarantee;

import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What holds, and what would still lose a message.
 *
 * @param takenAt when the facts were collected
 * @param guarantees stage by stage
 * @param findings stage by stage, the grave ones of each first
 */
public record GuaranteeReport(Instant takenAt, List<Guarantee> guarantees, List<Finding> findings) {

    public GuaranteeReport {
        guarantees = List.copyOf(guarantees);
        findings = List.copyOf(findings);
    }

    /** What a strict guarantee does not allow. */
    public List<Finding> violations() {
        return findings.stream().filter(Finding::isViolation).toList();
    }

    public List<Guarantee> guarantees(Stage stage) {
        return guarantees.stream()
                .filter(guarantee -> guarantee.stage() == stage)
                .toList();
    }

    public List<Finding> findings(Stage stage) {
        return findings.stream()
                .filter(finding -> finding.risk().stage() == stage)
                .toList();
    }

    public long count(Stage stage, Severity severity) {
        return findings(stage).stream()
                .filter(finding -> finding.severity() == severity && !finding.accepted())
                .count();
    }

    /** The same report, with these risks marked as accepted. */
    GuaranteeReport accepting(Collection<Risk> risks) {
        Set<Risk> accepted = Set.copyOf(risks);
        return new GuaranteeReport(
                takenAt,
                guarantees,
                findings.stream()
                        .map(finding -> accepted.contains(finding.risk()) ? finding.asAccepted() : finding)
                        .toList());
    }

    /** Whether it says the same as another one, which may be of another time. */
    boolean saysTheSameAs(@Nullable GuaranteeReport other) {
        return other != null && guarantees.equals(other.guarantees) && findings.equals(other.findings);
    }
}
