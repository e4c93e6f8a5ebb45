package io.reliablemq.spring.test;

import io.reliablemq.client.api.DeadLetters.DeadLetter;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.assertj.core.api.AbstractAssert;
import org.assertj.core.api.Assertions;
import org.assertj.core.api.ListAssert;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;

/**
 * Assertions about a consumer group. What is expected may still be under way: they wait for it,
 * {@link ReliableMqTestTemplate#DEFAULT_PATIENCE} unless {@link #within} says otherwise.
 */
public final class GroupAssert extends AbstractAssert<GroupAssert, GroupProbe> {

    private static final Duration LOOK_AGAIN = Duration.ofMillis(20);

    GroupAssert(GroupProbe actual) {
        super(actual, GroupAssert.class);
    }

    /** Waits no longer than that for what is expected. */
    public GroupAssert within(Duration patience) {
        return new GroupAssert(actual.within(patience)).as(descriptionText());
    }

    /** That the group has given up so many messages since the test began, and no more. */
    public GroupAssert hasDeadLetters(int count) {
        await(() -> actual.deadLetters().size() >= count);
        List<DeadLetter> letters = actual.deadLetters();
        if (letters.size() != count) {
            failWithMessage(
                    "%nExpected group '%s' to give up %d message(s) within %s, but it has given up %s",
                    actual.group(), count, actual.patience(), listed(letters));
        }
        return this;
    }

    /** That the group has given up no message until now. */
    public GroupAssert hasNoDeadLetters() {
        List<DeadLetter> letters = actual.deadLetters();
        if (!letters.isEmpty()) {
            failWithMessage(
                    "%nExpected group '%s' to give up no message, but it has given up %s",
                    actual.group(), listed(letters));
        }
        return this;
    }

    /** The messages that the group has given up, for assertions of any kind; does not wait. */
    public ListAssert<DeadLetter> deadLetters() {
        return Assertions.assertThat(actual.deadLetters()).as("dead letters of group '%s'", actual.group());
    }

    /** That the group has finished every message of its topics, retries included. */
    public GroupAssert hasFinishedEverything() {
        await(() -> actual.unfinished() == 0);
        long unfinished = actual.unfinished();
        if (unfinished > 0) {
            failWithMessage(
                    "%nExpected group '%s' to finish all its messages within %s, but it has not finished %d",
                    actual.group(), actual.patience(), unfinished);
        }
        return this;
    }

    /** What is there after the time is told by the caller, who looks again. */
    private void await(Callable<Boolean> condition) {
        try {
            Awaitility.await()
                    .atMost(actual.patience())
                    .pollDelay(Duration.ZERO)
                    .pollInterval(LOOK_AGAIN)
                    .until(condition);
        } catch (ConditionTimeoutException e) {
            // The look that follows says what is wrong, in the terms of a group.
            return;
        }
    }

    private static String listed(List<DeadLetter> letters) {
        return letters.isEmpty()
                ? "none"
                : letters.size() + ":"
                        + letters.stream()
                                .map(letter -> "%n  %s".formatted(TopicProbe.describe(letter.message())))
                                .collect(Collectors.joining());
    }
}
