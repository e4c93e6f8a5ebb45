package io.reliablemq.spring.guarantee;

import java.util.stream.Collectors;

/** The configuration can lose acknowledged messages, or may be able to, and {@code reliable-mq.guarantee=strict} forbids that. */
public final class GuaranteeNotMetException extends RuntimeException {

    private final transient GuaranteeReport report;

    public GuaranteeNotMetException(GuaranteeReport report) {
        super("reliable-mq.guarantee=strict, and acknowledged messages can be lost: "
                + report.violations().stream()
                        .map(finding -> finding.risk().id() + " (" + finding.subject() + ")")
                        .collect(Collectors.joining(", ")));
        this.report = report;
    }

    public GuaranteeReport report() {
        return report;
    }
}
