package io.reliablemq.spring.test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.reliablemq.client.api.SendFailedException;
import io.reliablemq.protocol.command.ResponseCode;
import io.reliablemq.spring.core.ReliableMqTemplate;
import java.time.Duration;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.test.context.junit.jupiter.SpringJUnitConfig;

/** Assertions fail when they should, and say what was there instead; in a context with nothing but the broker. */
@SpringJUnitConfig
@EmbeddedReliableMq(properties = "reliable-mq.producer.send-timeout=2s")
class AssertionsIT {

    private static final Duration SOON = Duration.ofMillis(50);

    @Autowired
    ReliableMqTestTemplate mq;

    @Autowired
    ReliableMqTemplate template;

    @Autowired
    BrokerFaults faults;

    private static void assertFails(ThrowingCallable assertion, String... says) {
        assertThatExceptionOfType(AssertionError.class).isThrownBy(assertion).withMessageContainingAll(says);
    }

    @Test
    void sayWhatCameInstead() {
        template.send("parcels:small", "first");
        template.send("parcels:small", "second");

        assertThat(mq.topic("parcels")).hasReceivedPayloadsInOrder("first", "second");
        assertThat(mq.topic("parcels").payloads(String.class)).containsExactly("first", "second");
        assertFails(
                () -> assertThat(mq.topic("parcels")).within(SOON).hasReceived(3),
                "topic 'parcels'",
                "3 message(s)",
                "received 2:",
                "with tag 'small'",
                "first",
                "second");
        assertFails(() -> assertThat(mq.topic("parcels")).hasReceived(1), "1 message(s)", "received 2:");
        assertFails(
                () -> assertThat(mq.topic("parcels")).within(SOON).hasReceivedPayload("third"),
                "2 other(s)",
                "second",
                "third");
        assertFails(
                () -> assertThat(mq.topic("parcels")).hasReceivedPayloadsInOrder("second", "first"),
                "payloads that came to topic 'parcels'");
        assertFails(
                () -> assertThat(mq.topic("parcels")).hasReceivedPayloads(new Parcel("p-1"), new Parcel("p-2")),
                "cannot be read as",
                "Parcel");
    }

    record Parcel(String id) {}

    @Test
    void sayThatSomethingCameWhereNothingShould() {
        template.send("letters", "a letter");

        assertFails(() -> assertThat(mq.topic("letters")).hasReceivedNothing(), "nothing until now", "a letter");
        assertFails(
                () -> assertThat(mq.topic("letters")).receivesNothingFor(Duration.ofSeconds(5)),
                "nothing for PT5S",
                "a letter");
        assertThat(mq.topic("not-there")).hasReceivedNothing().receivesNothingFor(SOON);
        assertFails(() -> assertThat(mq.topic("not-there")).within(SOON).hasReceived(1), "received nothing");
    }

    @Test
    void sayWhatAGroupHasGivenUp() {
        assertThat(mq.group("nobody")).hasNoDeadLetters().hasFinishedEverything();
        assertFails(
                () -> assertThat(mq.group("nobody")).within(SOON).hasDeadLetters(1), "group 'nobody'", "given up none");
        assertFails(
                () -> mq.group("nobody").within(SOON).assertThat().deadLetters().hasSize(1), "dead letters of group");
    }

    @Test
    void letASendFailWithWhatTheTestSays() {
        faults.nextSend().to("letters").areRefused(ResponseCode.MESSAGE_ILLEGAL, "Not today");

        assertThatExceptionOfType(SendFailedException.class)
                .isThrownBy(() -> template.send("letters", "a letter"))
                .withMessageContaining("Not today");
        assertThat(faults.unmet()).isZero();
        assertThat(mq.topic("letters")).hasReceivedNothing();
    }

    @Test
    void letASendRunIntoItsTimeout() {
        faults.nextSends(3).areStoredWithoutAnswer();

        assertThatExceptionOfType(SendFailedException.class)
                .isThrownBy(() -> template.send("letters", "a letter"))
                .satisfies(failure -> assertThat(failure.mayBeStored()).isTrue());
        assertThat(mq.topic("letters")).hasReceivedPayload("a letter");
    }

    @Test
    void letASendWait() {
        faults.nextSend().areAnsweredAfter(Duration.ofMillis(100));

        assertThat(template.sendAsync("letters", "a letter")).succeedsWithin(Duration.ofSeconds(5));
        assertThat(faults.unmet()).isZero();
    }

    @Test
    void refuseWhatMakesNoSense() {
        assertThatExceptionOfType(IllegalArgumentException.class)
                .isThrownBy(() -> faults.nextSends(0))
                .withMessageContaining("0");
        assertThatExceptionOfType(IllegalArgumentException.class)
                .isThrownBy(() -> faults.nextSend().areRefused(ResponseCode.FLUSH_DISK_TIMEOUT, "?"))
                .withMessageContaining("areStoredButAnswered");
        assertThatExceptionOfType(IllegalArgumentException.class)
                .isThrownBy(() -> faults.nextSend().areStoredButAnswered(ResponseCode.SYSTEM_BUSY))
                .withMessageContaining("FLUSH_DISK_TIMEOUT");
        assertThatExceptionOfType(IllegalArgumentException.class)
                .isThrownBy(() -> faults.nextSend().areAnsweredAfter(Duration.ofSeconds(-1)));
        assertThat(faults.unmet()).isZero();
    }
}
