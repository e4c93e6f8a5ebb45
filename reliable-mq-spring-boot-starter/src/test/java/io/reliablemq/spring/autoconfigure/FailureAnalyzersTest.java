package io.reliablemq.spring.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import io.reliablemq.broker.BrokerStartException;
import io.reliablemq.spring.config.ListenerConfigurationException;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.BeanCreationException;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.diagnostics.FailureAnalyzer;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.core.io.support.SpringFactoriesLoader;

class FailureAnalyzersTest {

    @Test
    void explainsThatThereIsNoBroker() {
        FailureAnalysis absent =
                analyze(new NoBrokerException(false), getClass().getClassLoader());
        assertThat(absent.getDescription()).contains("reliable-mq.name-server", "io.reliablemq:reliable-mq-broker");
        assertThat(absent.getAction()).contains("reliable-mq.name-server", "add the dependency");

        FailureAnalysis switchedOff =
                analyze(new NoBrokerException(true), getClass().getClassLoader());
        assertThat(switchedOff.getDescription()).contains("reliable-mq.embedded.enabled is false");
        assertThat(switchedOff.getAction()).contains("set reliable-mq.embedded.enabled to true");
    }

    @Test
    void explainsThatTheBrokerCannotStart() {
        FailureAnalysis analysis = analyze(
                new BrokerStartException("The setting reliable-mq.broker.listen-port is '1': taken."),
                getClass().getClassLoader());

        assertThat(analysis.getDescription()).contains("reliable-mq.broker.listen-port is '1'");
        assertThat(analysis.getAction()).contains("reliable-mq.name-server");
    }

    @Test
    void explainsListenersThatCannotWork() {
        FailureAnalysis analysis = analyze(
                new ListenerConfigurationException("Problem.", "Action."),
                getClass().getClassLoader());

        assertThat(analysis.getDescription()).isEqualTo("Problem.");
        assertThat(analysis.getAction()).isEqualTo("Action.");
    }

    @Test
    void explainsTheOthersWhereTheBrokerIsAbsent() {
        assertThat(analyze(new NoBrokerException(false), new FilteredClassLoader("io.reliablemq.broker"))
                        .getAction())
                .contains("add the dependency");
    }

    /** As Spring Boot does: with the analyzers that are registered, on a failure wrapped by the bean factory. */
    private static FailureAnalysis analyze(RuntimeException failure, ClassLoader loader) {
        Throwable wrapped = new BeanCreationException("bean", "could not be made", failure);
        return SpringFactoriesLoader.forDefaultResourceLocation(loader)
                .load(FailureAnalyzer.class, SpringFactoriesLoader.FailureHandler.handleMessage((message, error) -> {}))
                .stream()
                .filter(analyzer -> analyzer.getClass().getName().startsWith("io.reliablemq"))
                .map(analyzer -> analyzer.analyze(wrapped))
                .filter(analysis -> analysis != null)
                .findFirst()
                .orElseThrow();
    }
}
