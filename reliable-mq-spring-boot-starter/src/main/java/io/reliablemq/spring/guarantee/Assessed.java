package io.reliablemq.spring.guarantee;

import java.util.ArrayList;
import java.util.List;

/** What rules have found so far. Not thread-safe. */
final class Assessed {

    private final List<Guarantee> guarantees = new ArrayList<>();
    private final List<Finding> findings = new ArrayList<>();

    void holds(Stage stage, String subject, String text) {
        guarantees.add(new Guarantee(stage, subject, text));
    }

    void add(Finding finding) {
        findings.add(finding);
    }

    List<Guarantee> guarantees() {
        return guarantees;
    }

    List<Finding> findings() {
        return findings;
    }
}
