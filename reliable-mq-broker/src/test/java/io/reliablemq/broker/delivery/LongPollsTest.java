package io.reliablemq.broker.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import io.reliablemq.broker.ManualClock;
import io.reliablemq.broker.MemoryStore;
import io.reliablemq.broker.store.MessageStore;
import io.reliablemq.broker.store.QueueKey;
import io.reliablemq.protocol.message.StoredMessage;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LongPollsTest {

    private static final QueueKey QUEUE = new QueueKey("t", 0);

    private final ManualClock clock = new ManualClock();
    private final MemoryStore store = new MemoryStore(clock);
    private final LongPolls polls = new LongPolls(store, clock, () -> {});
    private final List<String> ended = new ArrayList<>();

    private void park(String name, long offset, Duration timeout) {
        polls.park(QUEUE, offset, polls.deadline(timeout), new LongPolls.ParkedPull() {
            @Override
            public void wake() {
                ended.add(name + " woken");
            }

            @Override
            public void timeOut() {
                ended.add(name + " timed out");
            }

            @Override
            public void refuse() {
                ended.add(name + " refused");
            }
        });
    }

    @Test
    void wakesOnlyThoseWhoCanReadSomething() {
        park("a", 0, Duration.ofSeconds(10));
        park("b", 5, Duration.ofSeconds(10));

        polls.arrived(QUEUE, 3);
        polls.arrived(new QueueKey("t", 1), 100);

        assertThat(ended).containsExactly("a woken");
        assertThat(polls.size()).isEqualTo(1);
    }

    @Test
    void endsThoseWhoseTimeIsOverInTheOrderOfTheirDeadlines() {
        park("late", 0, Duration.ofSeconds(10));
        park("early", 0, Duration.ofSeconds(5));

        assertThat(polls.expire()).isEqualTo(Duration.ofSeconds(5).toNanos());
        clock.pass(Duration.ofSeconds(10));

        assertThat(polls.expire()).isEqualTo(Long.MAX_VALUE);
        assertThat(ended).containsExactly("early timed out", "late timed out");
    }

    @Test
    void seesTheMessageThatCameJustBeforeParking() {
        InetSocketAddress host = new InetSocketAddress("127.0.0.1", 1);
        store.append(
                new StoredMessage("t", 0, 0, 0, 0, 0, 0, host, 0, host, 0, 0, Map.of(), new byte[1]),
                MessageStore.NO_ORIGIN,
                result -> {});

        park("a", 0, Duration.ofSeconds(10));

        assertThat(ended).containsExactly("a woken");
        assertThat(polls.size()).isZero();
    }

    @Test
    void refusesWhatItHasNoRoomFor() {
        for (int i = 0; i < LongPolls.MAX_WAITING; i++) {
            park("one of many", 0, Duration.ofSeconds(10));
        }
        assertThat(ended).isEmpty();

        park("one too many", 0, Duration.ofSeconds(10));

        assertThat(ended).containsExactly("one too many refused");
        assertThat(polls.size()).isEqualTo(LongPolls.MAX_WAITING);
    }

    @Test
    void endsEverybodyOnceClosed() {
        park("a", 0, Duration.ofSeconds(10));
        polls.close();
        park("b", 0, Duration.ofSeconds(10));

        assertThat(ended).containsExactly("a timed out", "b timed out");
    }
}
