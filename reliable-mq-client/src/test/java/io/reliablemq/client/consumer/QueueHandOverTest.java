package io.reliablemq.client.consumer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.reliablemq.client.api.AllocationStrategy;
import io.reliablemq.client.api.ConsumeResult;
import io.reliablemq.client.api.PushConsumer;
import io.reliablemq.client.api.PushConsumer.Queue;
import io.reliablemq.client.testing.ConsumerScene;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Queues that pass from one member to another one, whose messages are handled at once. */
class QueueHandOverTest {

    private static final int QUEUES = 4;
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final List<Queue> ALL =
            IntStream.range(0, QUEUES).mapToObj(id -> new Queue("T", "b", id)).toList();

    private final ConsumerScene scene = new ConsumerScene(QUEUES);
    private final ConcurrentLinkedQueue<String> handled = new ConcurrentLinkedQueue<>();

    @AfterEach
    void close() throws Exception {
        scene.close();
    }

    private PushConsumer member(CountDownLatch begun) {
        PushConsumer consumer = scene.client()
                .pushConsumer(ConsumerScene.settings().threads(2 * QUEUES).build(), message -> {
                    handled.add(ConsumerScene.text(message));
                    begun.countDown();
                    // At work for a while, so that the change finds it there.
                    new CountDownLatch(1).await(100, TimeUnit.MILLISECONDS);
                    return ConsumeResult.CONSUME_SUCCESS;
                });
        consumer.start();
        return consumer;
    }

    @Test
    void aMemberThatJoinsHandlesNothingThatAnotherIsHandling() throws Exception {
        CountDownLatch begun = new CountDownLatch(10);
        CountDownLatch joined = new CountDownLatch(10);
        AtomicInteger messages = new AtomicInteger();
        member(begun);
        await().atMost(PATIENCE).until(() -> {
            put(messages, 8);
            return begun.getCount() == 0;
        });
        PushConsumer second = member(joined);
        await().atMost(PATIENCE).until(() -> {
            put(messages, 8);
            return joined.getCount() == 0;
        });
        second.close();
        await().atMost(PATIENCE).until(() -> handled.size() >= messages.get());
        assertThat(handled).doesNotHaveDuplicates().hasSize(messages.get());
    }

    private void put(AtomicInteger messages, int more) {
        for (int i = 0; i < more; i++) {
            int number = messages.getAndIncrement();
            scene.put(number % QUEUES, "m" + number);
        }
    }

    @Test
    void queuesOfOneThatIsGoneAreNotWaitedFor() {
        HandOvers handOvers = new HandOvers(AllocationStrategy.averagely());
        assertThat(look(handOvers, "a", List.of("a"))).isEmpty();
        // b has joined, and takes two of them.
        assertThat(look(handOvers, "a", List.of("a", "b"))).isEmpty();
        // b has gone.
        assertThat(look(handOvers, "a", List.of("a"))).isEmpty();
    }

    @Test
    void whoeverJoinsWaitsForThoseThatAreThere() {
        assertThat(look(new HandOvers(AllocationStrategy.averagely()), "b", List.of("a", "b")))
                .containsExactlyInAnyOrder(ALL.get(2), ALL.get(3));
    }

    /** Averagely, three share four as 2, 1, 1; when the first is gone, the second gets one of the third's. */
    @Test
    void thoseThatStayWaitForEachOther() {
        HandOvers handOvers = new HandOvers(AllocationStrategy.averagely());
        look(handOvers, "c", List.of("a", "b", "c"));
        assertThat(look(handOvers, "c", List.of("b", "c"))).containsExactly(ALL.get(2));
    }

    /** Whoever has handled a queue of another list may still be at work on it. */
    @Test
    void queuesThatMoveSinceABrokerComesOrGoesAreWaitedFor() {
        HandOvers handOvers = new HandOvers(AllocationStrategy.averagely());
        List<Queue> both = new ArrayList<>(ALL);
        IntStream.range(0, QUEUES).forEach(id -> both.add(new Queue("T", "c", id)));
        List<String> members = List.of("m", "n");
        look(handOvers, "n", both, members);
        // The second broker goes, whose queues were n's.
        assertThat(look(handOvers, "n", ALL, members)).containsExactlyInAnyOrder(ALL.get(2), ALL.get(3));
        assertThat(look(handOvers, "n", ALL, members)).isEmpty();
        // It comes back: nobody is at work on its queues.
        assertThat(look(handOvers, "n", both, members)).isEmpty();
    }

    private static Set<Queue> look(HandOvers handOvers, String self, List<Queue> queues, List<String> members) {
        List<Queue> own = AllocationStrategy.averagely().queuesOf(self, queues, members);
        return handOvers.fromOthers("T", self, queues, members, own);
    }

    private static Set<Queue> look(HandOvers handOvers, String self, List<String> members) {
        return look(handOvers, self, ALL, members);
    }
}
