package io.reliablemq.client.consumer;

import io.reliablemq.client.api.ConsumeFrom;
import io.reliablemq.client.api.PushConsumer.Queue;
import io.reliablemq.client.api.PushConsumerSettings;
import io.reliablemq.protocol.command.Command;
import io.reliablemq.protocol.command.RequestCode;
import io.reliablemq.protocol.command.ResponseCode;
import io.reliablemq.protocol.header.OffsetResponse;
import io.reliablemq.protocol.header.QueryConsumerOffsetRequest;
import io.reliablemq.protocol.header.UpdateConsumerOffsetRequest;
import io.reliablemq.protocol.message.Names;
import io.reliablemq.protocol.route.BrokerAddresses;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The group's offsets, as the brokers keep them: the master, or a slave as long as the master is away. Thread-safe; futures
 * may complete on an event loop.
 */
final class BrokerOffsets implements OffsetStore {

    private static final Logger log = LoggerFactory.getLogger(BrokerOffsets.class);

    private final String group;
    private final ConsumeFrom consumeFrom;
    private final boolean sharing;
    private final QueueBounds bounds;
    private final ConsumerContext context;

    BrokerOffsets(PushConsumerSettings settings, QueueBounds bounds, ConsumerContext context) {
        this(settings.group(), settings.consumeFrom(), bounds, true, context);
    }

    /** Of a group without members: its first start is stored by the first commit, as Apache RocketMQ knows no group before. */
    static BrokerOffsets ofNobody(String group, ConsumeFrom consumeFrom, ConsumerContext context) {
        return new BrokerOffsets(group, consumeFrom, new QueueBounds(consumeFrom, null, context), false, context);
    }

    private BrokerOffsets(
            String group, ConsumeFrom consumeFrom, QueueBounds bounds, boolean sharing, ConsumerContext context) {
        this.group = group;
        this.sharing = sharing;
        this.consumeFrom = consumeFrom;
        this.context = context;
        this.bounds = bounds;
    }

    /**
     * {@inheritDoc} A group without an offset starts where it is configured to; that start is stored before the first
     * message is pulled, so that another member that takes the queue over a moment later starts at the same place and skips
     * nothing.
     */
    @Override
    public CompletableFuture<Long> startOffset(Queue queue) {
        Command query = Command.request(
                RequestCode.QUERY_CONSUMER_OFFSET,
                new QueryConsumerOffsetRequest(group, queue.topic(), queue.queueId(), false).fields());
        return invoke(queue, query).thenCompose(answer -> {
            if (answer.isSuccess()) {
                return CompletableFuture.completedFuture(offsetOf(answer));
            }
            if (answer.code() == ResponseCode.QUERY_NOT_FOUND) {
                return mayStartHere(queue)
                        ? firstStart(queue)
                        : CompletableFuture.failedFuture(new BrokerRefusedException("The slave knows no offset of "
                                + queue + ", but its master may: the group starts when the master is back"));
            }
            return CompletableFuture.failedFuture(refused("tell the group's offset of " + queue, answer));
        });
    }

    /** To start at the end on a slave's word would skip what the master knows to be unread. */
    private boolean mayStartHere(Queue queue) {
        BrokerAddresses broker = context.broker(queue);
        boolean isMaster = broker != null && Objects.equals(broker.master(), context.readable(broker));
        return isMaster || consumeFrom == ConsumeFrom.FIRST_OFFSET || Names.isRetryTopic(queue.topic());
    }

    private CompletableFuture<Long> firstStart(Queue queue) {
        return bounds.firstOffset(queue).thenCompose(start -> {
            log.debug("Group '{}' starts at offset {} of {}", group, start, queue);
            if (!sharing) {
                return CompletableFuture.completedFuture(start);
            }
            return commitSurely(queue, start).thenApply(done -> start);
        });
    }

    /** Sends the offset without waiting; a lost one is made up for by the next. */
    @Override
    public void commit(Queue queue, long offset) {
        String address = context.readable(queue);
        if (address != null) {
            context.remote()
                    .sendOneWay(address, update(queue, offset).asOneWay())
                    .exceptionally(error -> {
                        log.debug("Offset {} of {} was not sent", offset, queue, error);
                        return null;
                    });
        }
    }

    /** Stores the offset and completes when the broker has said so. */
    @Override
    public CompletableFuture<Void> commitSurely(Queue queue, long offset) {
        return invoke(queue, update(queue, offset))
                .thenCompose(answer -> answer.isSuccess()
                        ? CompletableFuture.completedFuture(null)
                        : CompletableFuture.failedFuture(refused("store offset " + offset + " of " + queue, answer)));
    }

    private Command update(Queue queue, long offset) {
        return Command.request(
                RequestCode.UPDATE_CONSUMER_OFFSET,
                new UpdateConsumerOffsetRequest(group, queue.topic(), queue.queueId(), offset).fields());
    }

    private CompletableFuture<Command> invoke(Queue queue, Command request) {
        return context.invoke(queue, request);
    }

    private static BrokerRefusedException refused(String what, Command answer) {
        return BrokerRefusedException.answered(what, answer);
    }

    private static long offsetOf(Command answer) {
        return OffsetResponse.read(answer.fields()).offset();
    }
}
