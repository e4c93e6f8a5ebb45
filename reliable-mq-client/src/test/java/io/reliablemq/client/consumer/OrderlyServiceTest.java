package io.reliablemq.client.consumer;

import static org.assertj.core.api.Assertions.assertThat;

import io.reliablemq.client.agent.TaskLoop;
import io.reliablemq.client.api.CacheLimits;
import io.reliablemq.client.api.ConsumeMode;
import io.reliablemq.client.api.ConsumeResult;
import io.reliablemq.client.api.MessageHandler;
import io.reliablemq.client.api.PushConsumer.Queue;
import io.reliablemq.client.api.PushConsumerSettings;
import io.reliablemq.client.route.Remote;
import io.reliablemq.client.testing.ManualClock;
import io.reliablemq.protocol.command.Command;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** One message a second, while no second passes. */
class OrderlyServiceTest {

    private final ManualClock clock = new ManualClock();
    private final TaskLoop loop = new TaskLoop(clock, (where, error) -> {
        throw new AssertionError(where, error);
    });
    private final ConsumerContext context = RemoteContext.of(new NoRemote(), loop, clock);
    private final PushConsumerSettings settings = PushConsumerSettings.builder("g")
            .subscribe("T", "*")
            .consumeMode(ConsumeMode.ORDERLY)
            .build();
    private final AtomicInteger begun = new AtomicInteger();
    private final Workers workers = new Workers(
            "g",
            4,
            task -> {
                begun.incrementAndGet();
                task.run();
            },
            new Rate(1, clock),
            loop,
            clock);
    private final OrderlyService service = new OrderlyService(
            settings,
            workers,
            new Listening(
                    settings,
                    Handler.of((MessageHandler) message -> ConsumeResult.CONSUME_SUCCESS),
                    new Leases(settings, context)),
            () -> {
                throw new AssertionError("nothing fails here");
            },
            context);
    private final ProcessQueue queue = new ProcessQueue(
            new Queue("T", "broker-a", 0), 0, new CacheBudget(new CacheLimits(10, 1_000, 10, 1_000)), clock);

    private static final class NoRemote implements Remote {

        @Override
        public CompletableFuture<Command> invoke(String address, Command request, Duration timeout) {
            return new CompletableFuture<>();
        }

        @Override
        public CompletableFuture<Void> sendOneWay(String address, Command request) {
            return new CompletableFuture<>();
        }
    }

    @Test
    void aQueueWithNothingToHandOutLeavesTheRateToOthers() {
        service.wake(queue);
        service.wake(queue);
        assertThat(begun).hasValue(2);

        workers.submit(Workers.Slot::release);

        assertThat(begun).hasValue(3);
        workers.submit(Workers.Slot::release);
        assertThat(begun).as("the one of this second is used").hasValue(3);
    }

    @Test
    void aQueueThatWasDroppedIsNotLookedAt() {
        queue.drop();
        service.forget(queue);

        service.wake(queue);

        assertThat(begun).hasValue(0);
    }
}
