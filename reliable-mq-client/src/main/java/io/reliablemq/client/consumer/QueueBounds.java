package io.reliablemq.client.consumer;

import io.reliablemq.client.api.ConsumeFrom;
import io.reliablemq.client.api.PushConsumer.Queue;
import io.reliablemq.protocol.command.Command;
import io.reliablemq.protocol.command.RequestCode;
import io.reliablemq.protocol.header.OffsetResponse;
import io.reliablemq.protocol.header.QueueRequest;
import io.reliablemq.protocol.header.SearchOffsetRequest;
import io.reliablemq.protocol.message.Names;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Asks brokers for both ends of a queue, and for a moment in it. Thread-safe. */
final class QueueBounds {

    /** How much a broker's clock may be behind ours. */
    static final Duration CLOCK_DIFFERENCE = Duration.ofMinutes(1);

    /** Within this time after its start, a consumer has looked at the queues that were there. */
    static final Duration FIRST_LOOK = Duration.ofSeconds(5);

    private final ConsumeFrom consumeFrom;
    private final @Nullable Instant timestamp;
    private final ConsumerContext context;

    /** By our wall clock. */
    private volatile Instant startedAt;

    /** @param timestamp for {@link ConsumeFrom#TIMESTAMP} */
    QueueBounds(ConsumeFrom consumeFrom, @Nullable Instant timestamp, ConsumerContext context) {
        this.consumeFrom = consumeFrom;
        this.timestamp = timestamp;
        this.context = context;
        this.startedAt = now(context);
    }

    private static Instant now(ConsumerContext context) {
        return Instant.ofEpochMilli(context.clock().wallMs());
    }

    /** The consumer starts only now, and not when this was made. */
    void start() {
        startedAt = now(context);
    }

    /**
     * Where a group starts that has no offset.
     *
     * <p>Not at the end where it wants the newest only: a queue that appears after the start may have messages by the time
     * it is asked for, and they are newer than the start. In a queue that was there at the start most are older, so that only
     * later something is allowed for clocks that differ.
     */
    CompletableFuture<Long> firstOffset(Queue queue) {
        // Whatever is in the retry topic was sent back by this group, so nothing of it may be skipped.
        if (Names.isRetryTopic(queue.topic()) || consumeFrom == ConsumeFrom.FIRST_OFFSET) {
            return min(queue);
        }
        Instant time = consumeFrom == ConsumeFrom.TIMESTAMP && timestamp != null
                ? timestamp
                : startedAt.minus(allowance(Duration.between(startedAt, now(context))));
        // Some brokers say 0 of a queue that had messages and has none left.
        return at(queue, time).thenCombine(min(queue), Math::max);
    }

    /** @param running for how long the consumer has run */
    static Duration allowance(Duration running) {
        return running.compareTo(FIRST_LOOK) < 0 ? Duration.ZERO : CLOCK_DIFFERENCE;
    }

    /** The first offset that is kept. */
    CompletableFuture<Long> min(Queue queue) {
        return ask(
                queue,
                Command.request(RequestCode.GET_MIN_OFFSET, new QueueRequest(queue.topic(), queue.queueId()).fields()));
    }

    /** Behind the last message. */
    CompletableFuture<Long> max(Queue queue) {
        return ask(
                queue,
                Command.request(RequestCode.GET_MAX_OFFSET, new QueueRequest(queue.topic(), queue.queueId()).fields()));
    }

    /** The first message that was stored then or later; behind the last one if all are older. */
    CompletableFuture<Long> at(Queue queue, Instant time) {
        SearchOffsetRequest header =
                new SearchOffsetRequest(queue.topic(), queue.queueId(), time.toEpochMilli(), "LOWER");
        return ask(queue, Command.request(RequestCode.SEARCH_OFFSET_BY_TIMESTAMP, header.fields()));
    }

    private CompletableFuture<Long> ask(Queue queue, Command request) {
        return context.invoke(queue, request)
                .thenCompose(answer -> answer.isSuccess()
                        ? CompletableFuture.completedFuture(
                                Math.max(0, OffsetResponse.read(answer.fields()).offset()))
                        : CompletableFuture.failedFuture(
                                BrokerRefusedException.answered("tell the bounds of " + queue, answer)));
    }
}
