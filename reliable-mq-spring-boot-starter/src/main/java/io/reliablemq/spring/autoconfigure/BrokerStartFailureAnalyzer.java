package io.reliablemq.spring.autoconfigure;

import io.reliablemq.broker.BrokerStartException;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

class BrokerStartFailureAnalyzer extends AbstractFailureAnalyzer<BrokerStartException> {

    @Override
    protected FailureAnalysis analyze(Throwable rootFailure, BrokerStartException cause) {
        return new FailureAnalysis(
                "The embedded broker cannot start. " + cause.getMessage(),
                "Change the setting named above, or set reliable-mq.name-server to use a broker that runs elsewhere.",
                cause);
    }
}
