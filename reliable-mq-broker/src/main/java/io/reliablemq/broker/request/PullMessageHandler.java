package io.reliablemq.broker.request;

import io.reliablemq.broker.group.KnownGroups;
import io.reliablemq.broker.group.OffsetCommits;
import io.reliablemq.broker.store.QueueKey;
import io.reliablemq.protocol.body.ConsumerGroupSettings;
import io.reliablemq.protocol.command.Command;
import io.reliablemq.protocol.command.ResponseCode;
import io.reliablemq.protocol.header.PullFlags;
import io.reliablemq.protocol.header.PullMessageRequest;
import io.reliablemq.protocol.message.Names;
import io.reliablemq.protocol.route.TopicSettings;
import io.reliablemq.protocol.transport.Reply;
import io.reliablemq.protocol.transport.RequestHandler;

/** Checks pulls: PULL_MESSAGE and LITE_PULL_MESSAGE. What passes becomes a {@link Pull}. */
public final class PullMessageHandler implements RequestHandler {

    private final RequestChecks checks;
    private final GroupTopics groupTopics;
    private final PullFilters filters;
    private final OffsetCommits commits;
    private final KnownGroups known;
    private final Pull.Parts parts;

    public PullMessageHandler(
            RequestChecks checks,
            GroupTopics groupTopics,
            PullFilters filters,
            OffsetCommits commits,
            KnownGroups known,
            Pull.Parts parts) {
        this.checks = checks;
        this.groupTopics = groupTopics;
        this.filters = filters;
        this.commits = commits;
        this.known = known;
        this.parts = parts;
    }

    @Override
    public void handle(Command command, Reply reply) {
        PullMessageRequest request = PullMessageRequest.read(command.fields());
        ConsumerGroupSettings settings = checks.consuming(request.consumerGroup());
        String topic = checks.topicName(request.topic());
        if (groupTopics.isMissingRetryTopic(topic)) {
            groupTopics.withRetryTopic(
                    topic.substring(Names.RETRY_PREFIX.length()),
                    () -> pullAnswered(request, settings, reply),
                    reason -> reply.send(Command.failure(ResponseCode.SYSTEM_ERROR, reason)));
        } else {
            pull(request, checks.existing(topic), settings, reply);
        }
    }

    private void pullAnswered(PullMessageRequest request, ConsumerGroupSettings settings, Reply reply) {
        // The topic became ready on another thread; pulls belong on their connection's event loop.
        reply.connection()
                .execute(() ->
                        Answering.run(reply, () -> pull(request, checks.existing(request.topic()), settings, reply)));
    }

    private void pull(PullMessageRequest request, TopicSettings topic, ConsumerGroupSettings settings, Reply reply) {
        RequestChecks.readable(topic, request.queueId());
        PullFilters.PullFilter filter = filters.of(request, settings);
        QueueKey queue = new QueueKey(request.topic(), request.queueId());
        if ((request.systemFlag() & PullFlags.COMMIT_OFFSET) != 0
                && request.commitOffset() >= 0
                && !parts.resets().isPending(request.consumerGroup(), queue)) {
            commits.commit(request.consumerGroup(), queue, request.commitOffset());
        }
        known.pulls(
                request.consumerGroup(),
                queue,
                request.queueOffset(),
                reply.connection().remoteAddress());
        new Pull(parts, request, queue, filter, reply).begin();
    }
}
