package io.reliablemq.spring.autoconfigure;

import io.reliablemq.broker.BrokerStartException;
import io.reliablemq.broker.store.file.FolderInUseException;
import java.net.BindException;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

class BrokerStartFailureAnalyzer extends AbstractFailureAnalyzer<BrokerStartException> {

    private static final String ELSEWHERE = " Or set reliable-mq.name-server to use a broker that runs elsewhere.";

    @Override
    protected FailureAnalysis analyze(Throwable rootFailure, BrokerStartException cause) {
        return new FailureAnalysis(
                "The embedded broker cannot start. " + cause.getMessage(), action(cause) + ELSEWHERE, cause);
    }

    private static String action(BrokerStartException failure) {
        if (failure.getCause() instanceof BindException) {
            return "Stop the program that uses the port, or change the setting named above; 0 takes any free port.";
        }
        if (failure.getCause() instanceof FolderInUseException) {
            return "Stop the other application, or give each its own folder with reliable-mq.broker.data-dir. Two contexts "
                    + "of one process, cached ones of tests for instance, need a folder each, too.";
        }
        return "Change the setting named above.";
    }
}
