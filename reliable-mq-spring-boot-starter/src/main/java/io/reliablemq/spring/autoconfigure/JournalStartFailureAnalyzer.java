package io.reliablemq.spring.autoconfigure;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** Says what to do about a folder that the journal cannot use. */
final class JournalStartFailureAnalyzer extends AbstractFailureAnalyzer<JournalStartException> {

    @Override
    protected FailureAnalysis analyze(Throwable rootFailure, JournalStartException cause) {
        return new FailureAnalysis(
                cause.getMessage(),
                "Set reliable-mq.producer.journal.folder to a folder that this process alone uses and may write to: each"
                        + " application instance needs its own, and it has to survive a restart.",
                cause);
    }
}
