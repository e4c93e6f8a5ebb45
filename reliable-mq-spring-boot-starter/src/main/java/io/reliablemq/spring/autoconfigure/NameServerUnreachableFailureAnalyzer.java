package io.reliablemq.spring.autoconfigure;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

class NameServerUnreachableFailureAnalyzer extends AbstractFailureAnalyzer<NameServerUnreachableException> {

    /** What to do about it, whoever noticed. */
    static final String ACTION =
            "Start the name server, or correct reliable-mq.name-server (host:port, several separated "
                    + "by commas; the port of a name server, not of a broker). If it enforces TLS, set "
                    + "reliable-mq.client.ssl.bundle; if it has none, remove it.";

    @Override
    protected FailureAnalysis analyze(Throwable rootFailure, NameServerUnreachableException cause) {
        return new FailureAnalysis(
                cause.getMessage(),
                ACTION
                        + " To start without one, and connect once it is there, set reliable-mq.client.fail-fast to false.",
                cause);
    }
}
