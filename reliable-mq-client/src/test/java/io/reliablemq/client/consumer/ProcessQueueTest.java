package io.reliablemq.client.consumer;

import static org.assertj.core.api.Assertions.assertThat;

import io.reliablemq.client.api.CacheLimits;
import io.reliablemq.client.api.PushConsumer.Queue;
import io.reliablemq.protocol.message.StoredMessage;
import io.reliablemq.protocol.runtime.Clock;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ProcessQueueTest {

    private static final InetSocketAddress HOST = new InetSocketAddress("127.0.0.1", 1);
    private static final Queue QUEUE = new Queue("T", "b", 0);

    private static StoredMessage message(long offset, int size) {
        return new StoredMessage("T", 0, offset, offset * 100, 0, 0, 0, HOST, 0, HOST, 0, 0, Map.of(), new byte[size]);
    }

    private static List<StoredMessage> messages(long from, long to) {
        return LongStream.range(from, to)
                .mapToObj(offset -> message(offset, 10))
                .toList();
    }

    private static ProcessQueue window(long start) {
        return new ProcessQueue(
                QUEUE, start, new CacheBudget(new CacheLimits(100, 10_000, 1_000, 100_000)), Clock.SYSTEM);
    }

    /** Pulls and completions in a random order, some offsets filtered away: the model is a plain set. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
    void commitsTheSmallestUnfinishedOffsetInWhateverOrderMessagesEnd(long seed) {
        Random random = new Random(seed);
        ProcessQueue window = window(50);
        TreeSet<Long> unfinished = new TreeSet<>();
        long next = 50;
        long lastCommit = 50;
        for (int step = 0; step < 5_000; step++) {
            if (unfinished.isEmpty() || random.nextInt(3) == 0) {
                long to = next + random.nextInt(5);
                List<StoredMessage> wanted = new ArrayList<>();
                for (long offset = next; offset < to; offset++) {
                    if (random.nextInt(4) > 0) {
                        wanted.add(message(offset, 1));
                        unfinished.add(offset);
                    }
                }
                assertThat(window.add(wanted, to)).isEqualTo(wanted);
                next = to;
            } else {
                List<Long> all = List.copyOf(unfinished);
                long done = all.get(random.nextInt(all.size()));
                window.finish(done);
                unfinished.remove(done);
            }
            long commit = window.commitOffset();
            assertThat(commit).isEqualTo(unfinished.isEmpty() ? next : unfinished.first());
            assertThat(commit).isGreaterThanOrEqualTo(lastCommit);
            lastCommit = commit;
            assertThat(window.size()).isEqualTo(unfinished.size());
        }
    }

    @Test
    void takesNoMessageTwice() {
        ProcessQueue window = window(0);
        window.add(messages(0, 3), 3);
        window.finish(1);

        assertThat(window.add(messages(0, 5), 5))
                .extracting(StoredMessage::queueOffset)
                .containsExactly(3L, 4L);
        window.finish(1);
        assertThat(window.commitOffset()).isZero();
    }

    @Test
    void movesNothingOnceDropped() {
        ProcessQueue window = window(0);
        window.add(messages(0, 3), 3);
        long before = window.commitOffset();
        window.drop();
        window.finish(0);

        assertThat(window.add(messages(3, 6), 6)).isEmpty();
        assertThat(window.isDropped()).isTrue();
        assertThat(before).isZero();
    }

    @Test
    void saysOnceWhenThereIsRoomAgain() {
        ProcessQueue window = window(0);
        AtomicInteger told = new AtomicInteger();
        window.add(messages(0, 100), 100);

        assertThat(window.hasRoom(told::incrementAndGet)).isFalse();
        window.finish(0);
        window.finish(1);

        assertThat(told).hasValue(1);
        assertThat(window.hasRoom(told::incrementAndGet)).isTrue();
        window.finish(2);
        assertThat(told).hasValue(1);
    }

    @Test
    void boundsBytes() {
        ProcessQueue window = window(0);
        window.add(List.of(message(0, 6_000), message(1, 4_000)), 2);

        assertThat(window.hasRoom(() -> {})).isFalse();
        window.finish(1);
        assertThat(window.hasRoom(() -> {})).isTrue();
    }

    @Test
    void boundsTheSpanBehindAMessageThatDoesNotEnd() {
        ProcessQueue window = window(0);
        window.add(messages(0, 1), 1);
        window.add(List.of(), 200);

        assertThat(window.hasRoom(() -> {})).isFalse();
        window.finish(0);
        assertThat(window.hasRoom(() -> {})).isTrue();
        assertThat(window.commitOffset()).isEqualTo(200);
    }
}
