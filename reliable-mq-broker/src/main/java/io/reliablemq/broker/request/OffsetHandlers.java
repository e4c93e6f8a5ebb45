package io.reliablemq.broker.request;

import io.reliablemq.broker.group.CommittedOffsets;
import io.reliablemq.broker.group.ConsumerGroups;
import io.reliablemq.broker.group.GroupView;
import io.reliablemq.broker.group.OffsetCommits;
import io.reliablemq.broker.group.OffsetResets;
import io.reliablemq.broker.store.MessageStore;
import io.reliablemq.broker.store.QueueKey;
import io.reliablemq.protocol.command.Command;
import io.reliablemq.protocol.command.RequestCode;
import io.reliablemq.protocol.command.ResponseCode;
import io.reliablemq.protocol.header.OffsetResponse;
import io.reliablemq.protocol.header.QueryConsumerOffsetRequest;
import io.reliablemq.protocol.header.QueueRequest;
import io.reliablemq.protocol.header.SearchOffsetRequest;
import io.reliablemq.protocol.header.UpdateConsumerOffsetRequest;
import io.reliablemq.protocol.message.Names;
import io.reliablemq.protocol.message.StoredMessage;
import io.reliablemq.protocol.route.Permission;
import io.reliablemq.protocol.route.TopicSettings;
import io.reliablemq.protocol.transport.Reply;
import java.io.IOException;
import java.util.Map;

/** The small handlers about offsets: those of groups, and those of queues. */
public final class OffsetHandlers {

    private static final String FROM_TIMESTAMP = "CONSUME_FROM_TIMESTAMP";

    private final RequestChecks checks;
    private final ConsumerGroups groups;
    private final CommittedOffsets offsets;
    private final OffsetCommits commits;
    private final OffsetResets resets;
    private final MessageStore store;
    private final ReadThreads readThreads;

    public OffsetHandlers(
            RequestChecks checks,
            ConsumerGroups groups,
            CommittedOffsets offsets,
            OffsetCommits commits,
            OffsetResets resets,
            MessageStore store,
            ReadThreads readThreads) {
        this.checks = checks;
        this.resets = resets;
        this.groups = groups;
        this.offsets = offsets;
        this.commits = commits;
        this.store = store;
        this.readThreads = readThreads;
    }

    public void addTo(HandlerTable.Builder table) {
        table.on(RequestCode.QUERY_CONSUMER_OFFSET, this::query)
                .on(RequestCode.UPDATE_CONSUMER_OFFSET, this::update)
                .on(RequestCode.GET_MAX_OFFSET, this::max)
                .on(RequestCode.GET_MIN_OFFSET, this::min)
                .on(RequestCode.GET_EARLIEST_MESSAGE_STORE_TIME, this::earliest)
                .on(RequestCode.SEARCH_OFFSET_BY_TIMESTAMP, this::search);
    }

    /**
     * Where a group is to go on. A group without an offset starts at 0 as long as nothing was deleted from the queue,
     * whatever the queue's age and whether or not it has messages: that a new group skips messages that were sent before
     * its first start must not depend on what is in memory. Only a group that wants to start at a point in time, or a
     * client that asks for the bare truth, is told that there is no offset.
     */
    private void query(Command command, Reply reply) {
        QueryConsumerOffsetRequest request = QueryConsumerOffsetRequest.read(command.fields());
        checks.consuming(request.consumerGroup());
        checks.topicName(request.topic());
        QueueKey queue = new QueueKey(request.topic(), request.queueId());
        Long offset = offsets.find(request.consumerGroup(), queue);
        if (offset == null
                && request.setZeroIfNotFound()
                && store.minOffset(queue) == 0
                && !startsAtTime(request.consumerGroup())) {
            offset = 0L;
        }
        if (offset == null) {
            offsets.known()
                    .choosesStart(
                            request.consumerGroup(), queue, reply.connection().remoteAddress());
            throw new RefusedException(
                    ResponseCode.QUERY_NOT_FOUND,
                    "The group " + request.consumerGroup() + " has no offset in queue " + request.queueId()
                            + " of topic " + request.topic());
        }
        offsets.known()
                .goesOn(request.consumerGroup(), queue, reply.connection().remoteAddress());
        reply.send(Command.success(new OffsetResponse(offset).fields()));
    }

    private boolean startsAtTime(String group) {
        GroupView view = groups.view(group);
        return view != null && FROM_TIMESTAMP.equals(view.description().consumeFrom());
    }

    /** Takes an offset, also of a group that has just left: its last commits may arrive behind its farewell. */
    private void update(Command command, Reply reply) {
        UpdateConsumerOffsetRequest request = UpdateConsumerOffsetRequest.read(command.fields());
        checks.groupName(request.consumerGroup());
        checks.topicName(request.topic());
        // Its own retry topic may not be made yet. Others must exist: each offset takes its place for good.
        if (request.topic().equals(Names.retryTopic(request.consumerGroup()))) {
            existingQueue(new QueueRequest(request.topic(), request.queueId()));
        } else {
            TopicSettings topic = checks.existing(request.topic());
            RequestChecks.queueInRange(
                    topic.topic(), request.queueId(), Math.max(topic.readQueues(), topic.writeQueues()));
        }
        if (request.commitOffset() < 0) {
            throw new RefusedException(
                    ResponseCode.INVALID_PARAMETER, "The offset " + request.commitOffset() + " is below 0");
        }
        QueueKey queue = new QueueKey(request.topic(), request.queueId());
        if (!resets.isPending(request.consumerGroup(), queue)) {
            commits.commit(request.consumerGroup(), queue, request.commitOffset());
        }
        reply.send(Command.success());
    }

    private void max(Command command, Reply reply) {
        reply.send(offset(store.maxOffset(existingQueue(QueueRequest.read(command.fields())))));
    }

    private void min(Command command, Reply reply) {
        reply.send(offset(store.minOffset(existingQueue(QueueRequest.read(command.fields())))));
    }

    private static Command offset(long offset) {
        return Command.success(new OffsetResponse(offset).fields());
    }

    private void earliest(Command command, Reply reply) {
        QueueKey queue = existingQueue(QueueRequest.read(command.fields()));
        readThreads.execute(reply, () -> {
            StoredMessage first = store.readAt(queue, store.minOffset(queue));
            long timestamp = first == null ? -1 : first.storeTimestamp();
            reply.send(Command.success(Map.of("timestamp", Long.toString(timestamp))));
        });
    }

    private void search(Command command, Reply reply) {
        SearchOffsetRequest request = SearchOffsetRequest.read(command.fields());
        QueueKey queue = existingQueue(new QueueRequest(request.topic(), request.queueId()));
        boolean upper = "UPPER".equalsIgnoreCase(request.boundary());
        readThreads.execute(
                reply, () -> reply.send(offset(upper ? upper(queue, request.timestamp()) : lower(queue, request))));
    }

    private long lower(QueueKey queue, SearchOffsetRequest request) throws IOException {
        return store.offsetByTime(queue, request.timestamp());
    }

    /** The last message that is not younger stands before the first that is. */
    private long upper(QueueKey queue, long timestamp) throws IOException {
        long younger = timestamp == Long.MAX_VALUE ? store.maxOffset(queue) : store.offsetByTime(queue, timestamp + 1);
        return Math.max(store.minOffset(queue), younger - 1);
    }

    /** A queue that the topic has; of a retry topic that is not made yet, its only queue. */
    private QueueKey existingQueue(QueueRequest request) {
        TopicSettings topic = Names.isRetryTopic(request.topic())
                ? new TopicSettings(checks.topicName(request.topic()), 1, Permission.READ_WRITE)
                : checks.existing(request.topic());
        RequestChecks.queueInRange(
                request.topic(), request.queueId(), Math.max(topic.readQueues(), topic.writeQueues()));
        return new QueueKey(request.topic(), request.queueId());
    }
}
