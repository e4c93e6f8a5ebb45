package io.reliablemq.broker.request;

import io.reliablemq.broker.group.CommittedOffsets;
import io.reliablemq.broker.store.MessageStore;
import io.reliablemq.broker.store.QueueKey;
import io.reliablemq.protocol.body.OffsetTable;
import io.reliablemq.protocol.body.QueueLock;
import io.reliablemq.protocol.command.Command;
import io.reliablemq.protocol.command.ResponseCode;
import io.reliablemq.protocol.header.ResetOffsetRequest;
import io.reliablemq.protocol.route.TopicSettings;
import io.reliablemq.protocol.transport.Reply;
import io.reliablemq.protocol.transport.RequestHandler;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Sets a group's offsets in a topic, also while its members run: INVOKE_BROKER_TO_RESET_OFFSET. The member that has a queue is
 * told by the answer to its pull, at once if the broker holds one; until then its commits do not count.
 */
public final class OffsetResetHandler implements RequestHandler {

    private final RequestChecks checks;
    private final CommittedOffsets offsets;
    private final Pull.Parts parts;
    private final String brokerName;

    public OffsetResetHandler(RequestChecks checks, CommittedOffsets offsets, Pull.Parts parts, String brokerName) {
        this.checks = checks;
        this.offsets = offsets;
        this.parts = parts;
        this.brokerName = brokerName;
    }

    @Override
    public void handle(Command command, Reply reply) {
        ResetOffsetRequest request = ResetOffsetRequest.read(command.fields());
        checks.groupName(request.group());
        TopicSettings topic = checks.existing(request.topic());
        if (request.queueId() >= 0) {
            RequestChecks.queueInRange(
                    topic.topic(), request.queueId(), Math.max(topic.readQueues(), topic.writeQueues()));
        }
        // Finding a time may take a look at the disk.
        parts.readThreads().execute(reply, () -> reply.send(reset(request, topic)));
    }

    private Command reset(ResetOffsetRequest request, TopicSettings topic) throws IOException {
        int[] queueIds = request.queueId() >= 0
                ? new int[] {request.queueId()}
                : IntStream.range(0, Math.max(topic.readQueues(), topic.writeQueues()))
                        .toArray();
        // All are found before any is set: a request that is refused changes nothing.
        Map<QueueKey, Long> targets = new HashMap<>();
        for (int queueId : queueIds) {
            QueueKey queue = new QueueKey(topic.topic(), queueId);
            targets.put(queue, target(request, queue));
        }
        Map<QueueLock.Queue, Long> table = new HashMap<>();
        targets.forEach((queue, offset) -> {
            // Pending first: a commit of the running member may not come in between.
            parts.resets().set(request.group(), queue, offset);
            offsets.commit(request.group(), queue, offset);
            table.put(new QueueLock.Queue(queue.topic(), brokerName, queue.queueId()), offset);
        });
        parts.longPolls().wakeAll(topic.topic());
        return Command.success(Map.of(), new OffsetTable(table).write());
    }

    private long target(ResetOffsetRequest request, QueueKey queue) throws IOException {
        MessageStore store = parts.store();
        long min = store.minOffset(queue);
        long max = store.maxOffset(queue);
        if (request.offset() >= 0) {
            if (request.offset() < min || request.offset() > max) {
                throw new RefusedException(
                        ResponseCode.SYSTEM_ERROR,
                        "The offset " + request.offset() + " is not in queue " + queue.queueId() + " of topic "
                                + queue.topic() + ", which has " + min + " to " + max);
            }
            return request.offset();
        }
        long found = request.timestamp() < 0 ? max : store.offsetByTime(queue, request.timestamp());
        Long committed = offsets.find(request.group(), queue);
        return request.isForced() || committed == null ? found : Math.min(found, committed);
    }
}
