package io.reliablemq.client.consumer;

import io.reliablemq.client.api.ConsumeFrom;
import io.reliablemq.client.api.PushConsumer.Queue;
import io.reliablemq.client.api.PushConsumerSettings;
import io.reliablemq.protocol.command.Command;
import io.reliablemq.protocol.command.RequestCode;
import io.reliablemq.protocol.command.ResponseCode;
import io.reliablemq.protocol.header.OffsetResponse;
import io.reliablemq.protocol.header.QueryConsumerOffsetRequest;
import io.reliablemq.protocol.header.QueueRequest;
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
final class OffsetStore {

    private static final Logger log = LoggerFactory.getLogger(OffsetStore.class);

    private final String group;
    private final ConsumeFrom consumeFrom;
    private final ConsumerContext context;

    OffsetStore(PushConsumerSettings settings, ConsumerContext context) {
        this.group = settings.group();
        this.consumeFrom = settings.consumeFrom();
        this.context = context;
    }

    /**
     * Where the group is to go on in the queue. A group without an offset there starts at one end of the queue; that
     * start is stored before the first message is pulled, so that another member that takes the queue over a moment
     * later starts at the same place and skips nothing.
     */
    CompletableFuture<Long> startOffset(Queue queue) {
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
        // Whatever is in the retry topic was sent back by this group, so nothing of it may be skipped.
        boolean atEnd = consumeFrom == ConsumeFrom.LAST_OFFSET && !Names.isRetryTopic(queue.topic());
        Command request = Command.request(
                atEnd ? RequestCode.GET_MAX_OFFSET : RequestCode.GET_MIN_OFFSET,
                new QueueRequest(queue.topic(), queue.queueId()).fields());
        return invoke(queue, request).thenCompose(answer -> {
            if (!answer.isSuccess()) {
                return CompletableFuture.failedFuture(refused("tell the bounds of " + queue, answer));
            }
            long start = Math.max(0, offsetOf(answer));
            log.debug("Group '{}' starts at offset {} of {}", group, start, queue);
            return commitSurely(queue, start).thenApply(done -> start);
        });
    }

    /** Sends the offset without waiting; a lost one is made up for by the next. */
    void commit(Queue queue, long offset) {
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
    CompletableFuture<Void> commitSurely(Queue queue, long offset) {
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
        String address = context.readable(queue);
        return address == null
                ? CompletableFuture.failedFuture(new BrokerRefusedException("No route names a broker for " + queue))
                : context.remote().invoke(address, request, context.settings().requestTimeout());
    }

    private BrokerRefusedException refused(String what, Command answer) {
        return new BrokerRefusedException(
                "The broker does not " + what + ": it answered " + answer.code() + " " + answer.remarkText());
    }

    private static long offsetOf(Command answer) {
        return OffsetResponse.read(answer.fields()).offset();
    }
}
