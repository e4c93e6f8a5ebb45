package io.reliablemq.spring.guarantee;

import java.util.List;
import java.util.Locale;

/** The report as a block in the log. */
final class ReportText {

    private static final String LINE = System.lineSeparator();

    private ReportText() {}

    static String of(GuaranteeReport report) {
        StringBuilder text = new StringBuilder("What is guaranteed: ").append(verdict(report));
        for (Stage stage : Stage.values()) {
            List<Guarantee> guarantees = report.guarantees(stage);
            List<Finding> findings = report.findings(stage);
            if (guarantees.isEmpty() && findings.isEmpty()) {
                continue;
            }
            text.append(LINE).append("  ").append(title(stage));
            guarantees.forEach(guarantee -> line(text, "holds", guarantee.subject(), guarantee.text(), ""));
            findings.forEach(
                    finding -> line(text, label(finding), finding.subject(), finding.what(), finding.action()));
        }
        return text.toString();
    }

    private static String verdict(GuaranteeReport report) {
        long lose = severe(report, Severity.CAN_LOSE);
        long unknown = severe(report, Severity.UNKNOWN);
        if (lose == 0 && unknown == 0) {
            boolean accepted = report.findings().stream().anyMatch(Finding::accepted);
            return "no single failure that is known loses an acknowledged message"
                    + (accepted ? ", but for the accepted ones" : "");
        }
        return Words.count(lose, "failure", "failures") + " can lose acknowledged messages"
                + (unknown == 0 ? "" : ", " + Words.count(unknown, "thing is", "things are") + " not known");
    }

    private static long severe(GuaranteeReport report, Severity severity) {
        return report.violations().stream()
                .filter(finding -> finding.severity() == severity)
                .count();
    }

    private static String title(Stage stage) {
        String name = stage.name();
        return name.charAt(0) + name.substring(1).toLowerCase(Locale.ROOT);
    }

    private static String label(Finding finding) {
        if (finding.accepted()) {
            return "accepted";
        }
        return switch (finding.severity()) {
            case CAN_LOSE -> "CAN LOSE";
            case UNKNOWN -> "UNKNOWN";
            case ADVICE -> "advice";
        };
    }

    private static void line(StringBuilder text, String label, String subject, String what, String action) {
        text.append(LINE).append(String.format(Locale.ROOT, "    %-8s  %s: %s.", label, subject, what));
        if (!action.isEmpty()) {
            text.append(LINE).append("              -> ").append(action);
        }
    }
}
