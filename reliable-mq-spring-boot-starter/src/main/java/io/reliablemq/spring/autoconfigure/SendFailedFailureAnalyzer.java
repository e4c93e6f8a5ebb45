package io.reliablemq.spring.autoconfigure;

import io.reliablemq.client.api.SendFailedException;
import io.reliablemq.client.api.TopicMissingException;
import io.reliablemq.client.route.RouteUnavailableException;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** Explains a send that fails while the application starts, in a runner for instance, and takes it down. */
class SendFailedFailureAnalyzer extends AbstractFailureAnalyzer<SendFailedException> {

    @Override
    protected @Nullable FailureAnalysis analyze(Throwable rootFailure, SendFailedException cause) {
        if (cause.getCause() instanceof TopicMissingException missing) {
            return new FailureAnalysis(
                    "A message could not be sent while the application started: the topic '" + missing.topic()
                            + "' does not exist, and no broker creates topics by sending.",
                    "Create the topic, for instance with 'mqadmin updateTopic -n <name server> -c <cluster> -t "
                            + missing.topic()
                            + "', or let brokers create topics: reliable-mq.broker.auto-create-topics "
                            + "here, autoCreateTopicEnable on Apache RocketMQ. If the topic does exist, its broker is "
                            + "not registered with the name servers of reliable-mq.name-server.",
                    cause);
        }
        if (cause.getCause() instanceof RouteUnavailableException unreachable) {
            return new FailureAnalysis(
                    "A message could not be sent while the application started: " + unreachable.getMessage(),
                    unreachable.isWithoutBrokers()
                            ? "Start a broker that registers with them, or correct reliable-mq.name-server."
                            : NameServerUnreachableFailureAnalyzer.ACTION,
                    cause);
        }
        return null;
    }
}
