package io.reliablemq.client.consumer;

import io.reliablemq.client.agent.Causes;
import io.reliablemq.protocol.body.JsonBodies;
import io.reliablemq.protocol.body.SubscriptionCheck;
import io.reliablemq.protocol.command.Command;
import io.reliablemq.protocol.command.RequestCode;
import io.reliablemq.protocol.route.TopicRoute;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Asks brokers whether they take a group's expressions, before it starts: better now than at every pull. Thread-safe. */
final class ExpressionCheck {

    private static final Logger log = LoggerFactory.getLogger(ExpressionCheck.class);

    private final String group;
    private final Subscriptions subscriptions;
    private final ConsumerContext context;

    ExpressionCheck(String group, Subscriptions subscriptions, ConsumerContext context) {
        this.group = group;
        this.subscriptions = subscriptions;
        this.context = context;
    }

    /**
     * Waits for the answers. A broker that cannot be asked now is not waited for: it says so at the first pull.
     *
     * @throws IllegalArgumentException if a broker refuses an expression
     */
    void check(Collection<String> topics) {
        topics.forEach(this::check);
    }

    private void check(String topic) {
        try {
            Optional<TopicRoute> route = context.routes().once(topic).get(bound().toNanos(), TimeUnit.NANOSECONDS);
            Optional<String> address = route.stream()
                    .flatMap(found -> found.brokers().stream())
                    .flatMap(broker -> Stream.ofNullable(context.readable(broker)))
                    .findFirst();
            if (address.isPresent()) {
                ask(topic, address.get());
            }
        } catch (ExecutionException | TimeoutException e) {
            log.warn(
                    "The expression of group '{}' for topic '{}' could not be checked: {}",
                    group,
                    topic,
                    Causes.text(e));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void ask(String topic, String address) throws ExecutionException, TimeoutException, InterruptedException {
        SubscriptionCheck question =
                new SubscriptionCheck(context.heartbeats().clientId(), group, subscriptions.entry(topic));
        Command answer = context.remote()
                .invoke(
                        address,
                        Command.request(RequestCode.CHECK_CLIENT_CONFIG, Map.of(), JsonBodies.write(question)),
                        context.settings().requestTimeout())
                .get(bound().toNanos(), TimeUnit.NANOSECONDS);
        if (!answer.isSuccess()) {
            throw new IllegalArgumentException("The broker at " + address + " does not filter topic '" + topic
                    + "' by \"" + subscriptions.expression(topic) + "\": it answered " + answer.code() + " "
                    + answer.remarkText());
        }
    }

    private Duration bound() {
        return context.settings().requestTimeout().plusSeconds(1);
    }
}
