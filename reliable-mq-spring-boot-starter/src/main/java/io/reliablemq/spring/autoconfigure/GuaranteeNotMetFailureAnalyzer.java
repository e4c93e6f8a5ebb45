package io.reliablemq.spring.autoconfigure;

import io.reliablemq.spring.guarantee.Finding;
import io.reliablemq.spring.guarantee.GuaranteeNotMetException;
import java.util.List;
import java.util.stream.Collectors;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

class GuaranteeNotMetFailureAnalyzer extends AbstractFailureAnalyzer<GuaranteeNotMetException> {

    @Override
    protected FailureAnalysis analyze(Throwable rootFailure, GuaranteeNotMetException cause) {
        List<Finding> violations = cause.report().violations();
        String description =
                "reliable-mq.guarantee is strict, and this configuration can lose acknowledged messages, or"
                        + " nobody tells whether it can:"
                        + violations.stream()
                                .map(finding -> "%n%n  - %s, %s: %s."
                                        .formatted(finding.risk().id(), finding.subject(), finding.what()))
                                .collect(Collectors.joining());
        String action = "Close each of them:"
                + violations.stream()
                        .map(finding -> "%n%n  - %s, %s: %s."
                                .formatted(
                                        finding.risk().id(),
                                        finding.subject(),
                                        finding.action().isEmpty() ? "nothing closes it" : finding.action()))
                        .collect(Collectors.joining())
                + "%n%nor accept them:%n%n  reliable-mq.guarantee-report.accepted-risks=%s%n%nor set reliable-mq.guarantee=report."
                        .formatted(violations.stream()
                                .map(finding -> finding.risk().id())
                                .distinct()
                                .collect(Collectors.joining(",")));
        return new FailureAnalysis(description, action, cause);
    }
}
