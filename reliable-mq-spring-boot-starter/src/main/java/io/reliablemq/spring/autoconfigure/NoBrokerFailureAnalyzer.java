package io.reliablemq.spring.autoconfigure;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

class NoBrokerFailureAnalyzer extends AbstractFailureAnalyzer<NoBrokerException> {

    @Override
    protected FailureAnalysis analyze(Throwable rootFailure, NoBrokerException cause) {
        String description = "There is no broker to connect to: reliable-mq.name-server is not set, and "
                + (cause.embeddable()
                        ? "reliable-mq.embedded.enabled is false, so that no broker runs inside the application."
                        : "io.reliablemq:reliable-mq-broker is not on the class path, so that no broker can run "
                                + "inside the application.");
        String action = "Set reliable-mq.name-server to the address (host:port) of a name server, or "
                + (cause.embeddable()
                        ? "set reliable-mq.embedded.enabled to true."
                        : "add the dependency io.reliablemq:reliable-mq-broker for an embedded broker.")
                + " To start without messaging, set reliable-mq.enabled to false.";
        return new FailureAnalysis(description, action, cause);
    }
}
