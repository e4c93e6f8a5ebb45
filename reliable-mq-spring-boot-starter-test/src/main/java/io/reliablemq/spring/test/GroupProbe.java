package io.reliablemq.spring.test;

import io.reliablemq.client.api.DeadLetters.DeadLetter;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.assertj.core.api.AssertProvider;

/**
 * Reads what a consumer group has made of its messages since the test began. Made by {@link ReliableMqTestTemplate#group}.
 * Immutable.
 */
public final class GroupProbe implements AssertProvider<GroupAssert> {

    private final String group;
    private final ReliableMqTestTemplate template;
    private final Instant since;
    private final Duration patience;

    GroupProbe(String group, ReliableMqTestTemplate template, Instant since, Duration patience) {
        this.group = group;
        this.template = template;
        this.since = since;
        this.patience = patience;
    }

    /** Waits no longer than that for what is expected. */
    public GroupProbe within(Duration duration) {
        return new GroupProbe(group, template, since, duration);
    }

    /** The messages that the group has given up, the oldest first. */
    public List<DeadLetter> deadLetters() {
        return template.deadLetters().read(group, Integer.MAX_VALUE).stream()
                .filter(letter -> !letter.message().storedAt().isBefore(since))
                .toList();
    }

    /** How many messages the group has not finished yet, its next attempts included, whenever they came. */
    public long unfinished() {
        return template.unfinished(group);
    }

    @Override
    public GroupAssert assertThat() {
        return new GroupAssert(this);
    }

    String group() {
        return group;
    }

    Duration patience() {
        return patience;
    }
}
