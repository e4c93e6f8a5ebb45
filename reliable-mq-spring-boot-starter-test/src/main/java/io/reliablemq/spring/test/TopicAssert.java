package io.reliablemq.spring.test;

import io.reliablemq.client.api.ReceivedMessage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.assertj.core.api.AbstractAssert;
import org.assertj.core.api.Assertions;
import org.assertj.core.api.ListAssert;
import org.assertj.core.api.ThrowingConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Assertions about what has come to a topic since the test began. What is expected may still be on its way: they wait for it,
 * {@link ReliableMqTestTemplate#DEFAULT_PATIENCE} unless {@link #within} says otherwise.
 */
public final class TopicAssert extends AbstractAssert<TopicAssert, TopicProbe> {

    TopicAssert(TopicProbe actual) {
        super(actual, TopicAssert.class);
    }

    /** Waits no longer than that for what is expected. */
    public TopicAssert within(Duration patience) {
        return new TopicAssert(actual.within(patience)).as(descriptionText());
    }

    /** That so many messages have come, and no more. */
    public TopicAssert hasReceived(int count) {
        List<ReceivedMessage> messages = actual.awaitMessages(count);
        if (messages.size() != count) {
            failWithMessage(
                    "%nExpected topic '%s' to receive %d message(s) within %s, but it has received %s",
                    actual.topic(), count, actual.patience(), listed(messages));
        }
        return this;
    }

    /** That a message has come for which these assertions hold. */
    public TopicAssert hasReceivedMessage(ThrowingConsumer<ReceivedMessage> assertions) {
        List<ReceivedMessage> messages = actual.await(
                seen -> seen.stream().anyMatch(message -> problem(message, assertions) == null), actual.patience());
        List<String> problems = new ArrayList<>();
        for (ReceivedMessage message : messages) {
            AssertionError problem = problem(message, assertions);
            if (problem == null) {
                return this;
            }
            problems.add("%n  %s%n    which is not it: %s"
                    .formatted(
                            TopicProbe.describe(message),
                            String.valueOf(problem.getMessage()).strip().replace("\n", "\n    ")));
        }
        throw failure(
                "%nExpected topic '%s' to receive a certain message within %s, but it has received %s%s",
                actual.topic(),
                actual.patience(),
                messages.isEmpty() ? "nothing" : messages.size() + " other(s):",
                String.join("", problems));
    }

    /** That a message with this payload has come, as a listener would get it. */
    public TopicAssert hasReceivedPayload(Object expected) {
        return hasReceivedMessage(
                message -> Assertions.assertThat((Object) actual.payload(message, expected.getClass()))
                        .isEqualTo(expected));
    }

    /** That exactly these payloads have come, in whatever order. All must be of one type. */
    public TopicAssert hasReceivedPayloads(Object... expected) {
        received(expected).containsExactlyInAnyOrderElementsOf(Arrays.asList(expected));
        return this;
    }

    /**
     * That exactly these payloads have come, and in this order: the one in which the broker has stored them. All must be of one
     * type. Listeners get messages of one ordering key in that order, and others in any.
     */
    public TopicAssert hasReceivedPayloadsInOrder(Object... expected) {
        received(expected).containsExactlyElementsOf(Arrays.asList(expected));
        return this;
    }

    /** That nothing has come until now. */
    public TopicAssert hasReceivedNothing() {
        return nothing(actual.messages(), "until now");
    }

    /** That nothing comes for that long, in real time. */
    public TopicAssert receivesNothingFor(Duration duration) {
        return nothing(actual.await(seen -> !seen.isEmpty(), duration), "for " + duration);
    }

    private TopicAssert nothing(List<ReceivedMessage> messages, String when) {
        if (!messages.isEmpty()) {
            failWithMessage(
                    "%nExpected topic '%s' to receive nothing %s, but it has received %s",
                    actual.topic(), when, listed(messages));
        }
        return this;
    }

    private ListAssert<Object> received(Object[] expected) {
        if (expected.length == 0) {
            throw new IllegalArgumentException("Say which payloads are expected, or use hasReceivedNothing()");
        }
        Class<?> type = expected[0].getClass();
        List<Object> payloads = actual.awaitMessages(expected.length).stream()
                .map(message -> (Object) actual.payload(message, type))
                .toList();
        return Assertions.assertThat(payloads)
                .as(
                        "%spayloads that came to topic '%s' within %s",
                        descriptionText().isEmpty() ? "" : descriptionText() + ": ", actual.topic(), actual.patience());
    }

    private static @Nullable AssertionError problem(
            ReceivedMessage message, ThrowingConsumer<ReceivedMessage> assertions) {
        try {
            assertions.accept(message);
            return null;
        } catch (AssertionError e) {
            return e;
        }
    }

    private static String listed(List<ReceivedMessage> messages) {
        return messages.isEmpty()
                ? "nothing"
                : messages.size() + ":"
                        + messages.stream()
                                .map(message -> "%n  %s".formatted(TopicProbe.describe(message)))
                                .collect(Collectors.joining());
    }
}
