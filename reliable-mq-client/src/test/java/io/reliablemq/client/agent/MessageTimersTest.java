package io.reliablemq.client.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.reliablemq.client.testing.ManualClock;
import io.reliablemq.protocol.runtime.Agent;
import io.reliablemq.protocol.runtime.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Tasks that wait by the time of messages, which may run apart from real time. */
class MessageTimersTest {

    private final ManualClock real = new ManualClock();
    private final ManualClock ofMessages = new ManualClock();
    private final List<String> ran = new ArrayList<>();
    private final TaskLoop loop = new TaskLoop(
            new Clock() {
                @Override
                public long wallMs() {
                    return real.wallMs();
                }

                @Override
                public long nanos() {
                    return real.nanos();
                }

                @Override
                public Clock ofMessages() {
                    return ofMessages;
                }
            },
            (where, error) -> {
                throw new AssertionError(error);
            });

    @Test
    void waitEachByTheirOwnClock() {
        loop.schedule(Duration.ofSeconds(2), () -> ran.add("real"));
        loop.scheduleForMessage(Duration.ofSeconds(3), () -> ran.add("message"));
        assertThat(loop.doWork()).isEqualTo(Duration.ofSeconds(2).toNanos());

        ofMessages.advance(Duration.ofSeconds(3));
        assertThat(loop.doWork()).isEqualTo(Duration.ofSeconds(2).toNanos());
        assertThat(ran).containsExactly("message");

        real.advance(Duration.ofSeconds(2));
        assertThat(loop.doWork()).isEqualTo(Agent.UNTIL_SIGNAL);
        assertThat(ran).containsExactly("message", "real");
    }
}
