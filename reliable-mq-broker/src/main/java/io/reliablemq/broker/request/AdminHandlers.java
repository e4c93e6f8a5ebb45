package io.reliablemq.broker.request;

import io.reliablemq.broker.delivery.LongPolls;
import io.reliablemq.broker.group.CommittedOffsets;
import io.reliablemq.broker.group.GroupSettingsTable;
import io.reliablemq.broker.store.MessageStore;
import io.reliablemq.broker.store.QueueKey;
import io.reliablemq.broker.topic.Topics;
import io.reliablemq.protocol.body.ConsumerGroupSettings;
import io.reliablemq.protocol.body.JsonBodies;
import io.reliablemq.protocol.body.TopicTable;
import io.reliablemq.protocol.command.Body;
import io.reliablemq.protocol.command.Command;
import io.reliablemq.protocol.command.RequestCode;
import io.reliablemq.protocol.command.ResponseCode;
import io.reliablemq.protocol.header.CreateTopicRequest;
import io.reliablemq.protocol.header.DeleteSubscriptionGroupRequest;
import io.reliablemq.protocol.header.TopicRequest;
import io.reliablemq.protocol.route.TopicSettings;
import io.reliablemq.protocol.transport.Reply;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;

/** The small handlers for administrators: topics, groups, the state of the broker. */
public final class AdminHandlers {

    private static final int MAX_QUEUES = 1024;
    private static final int ALL_PERMISSIONS = 7;

    private final RequestChecks checks;
    private final Topics topics;
    private final GroupSettingsTable groups;
    private final CommittedOffsets offsets;
    private final MessageStore store;
    private final LongPolls longPolls;
    private final ReadThreads readThreads;
    private final RuntimeFigures figures;

    public AdminHandlers(
            RequestChecks checks,
            Topics topics,
            GroupSettingsTable groups,
            CommittedOffsets offsets,
            Pull.Parts parts,
            RuntimeFigures figures) {
        this.checks = checks;
        this.topics = topics;
        this.groups = groups;
        this.offsets = offsets;
        this.store = parts.store();
        this.longPolls = parts.longPolls();
        this.readThreads = parts.readThreads();
        this.figures = figures;
    }

    public void addTo(HandlerTable.Builder table) {
        table.on(RequestCode.UPDATE_AND_CREATE_TOPIC, this::putTopic)
                .on(RequestCode.DELETE_TOPIC_IN_BROKER, this::deleteTopic)
                .on(RequestCode.GET_ALL_TOPIC_CONFIG, this::allTopics)
                .on(RequestCode.UPDATE_AND_CREATE_SUBSCRIPTION_GROUP, this::putGroup)
                .on(RequestCode.DELETE_SUBSCRIPTION_GROUP, this::deleteGroup)
                .on(RequestCode.GET_ALL_SUBSCRIPTION_GROUP_CONFIG, this::allGroups)
                .on(RequestCode.GET_TOPIC_STATS, this::topicStats)
                .on(RequestCode.GET_BROKER_RUNTIME_INFO, this::runtime)
                .on(RequestCode.QUERY_TOPIC_CONSUME_BY_WHO, this::consumedBy);
    }

    private void putTopic(Command command, Reply reply) {
        CreateTopicRequest request = CreateTopicRequest.read(command.fields());
        notSystem(request.topic());
        queueCount(request.topic(), request.readQueues());
        queueCount(request.topic(), request.writeQueues());
        if (request.permission() < 0 || request.permission() > ALL_PERMISSIONS) {
            throw new RefusedException(
                    ResponseCode.INVALID_PARAMETER,
                    "The permission " + request.permission() + " is not between 0 and " + ALL_PERMISSIONS);
        }
        TopicSettings topic = new TopicSettings(
                request.topic(),
                request.readQueues(),
                request.writeQueues(),
                request.permission(),
                "SINGLE_TAG",
                0,
                false,
                Map.of());
        whenDone(topics.put(topic), reply);
    }

    private static void queueCount(String topic, int queues) {
        if (queues < 1 || queues > MAX_QUEUES) {
            throw new RefusedException(
                    ResponseCode.INVALID_PARAMETER,
                    "Topic " + topic + " cannot have " + queues + " queues; it needs 1 to " + MAX_QUEUES);
        }
    }

    private void deleteTopic(Command command, Reply reply) {
        String topic = TopicRequest.read(command.fields()).topic();
        notSystem(topic);
        CompletableFuture<Void> deleted = topics.delete(topic);
        deleted.thenRun(() -> longPolls.wakeAll(topic));
        whenDone(deleted, reply);
    }

    private void notSystem(String topic) {
        checks.topicName(topic);
        if (topics.isSystemTopic(topic)) {
            throw new RefusedException(
                    ResponseCode.INVALID_PARAMETER, "The topic " + topic + " belongs to the system: leave it as it is");
        }
    }

    private static void whenDone(CompletableFuture<Void> change, Reply reply) {
        change.whenComplete((done, error) -> reply.send(
                error == null
                        ? Command.success()
                        : Command.failure(
                                ResponseCode.SYSTEM_ERROR, "The change could not be stored: " + error.getMessage())));
    }

    private void allTopics(Command command, Reply reply) {
        reply.send(Command.success(
                Map.of(),
                JsonBodies.write(new TopicTable(topics.all(), topics.table().version()))));
    }

    private void putGroup(Command command, Reply reply) {
        ConsumerGroupSettings settings = JsonBodies.read(command.body(), ConsumerGroupSettings.class);
        checks.groupName(settings.group());
        if (settings.retryQueues() < 1) {
            throw new RefusedException(
                    ResponseCode.INVALID_PARAMETER,
                    "The group " + settings.group() + " needs a retry queue: without one, messages that failed would"
                            + " be lost");
        }
        whenDone(groups.put(settings), reply);
    }

    /** Forgets the group: its settings are the defaults again, and no messages are kept for it. */
    private void deleteGroup(Command command, Reply reply) {
        DeleteSubscriptionGroupRequest request = DeleteSubscriptionGroupRequest.read(command.fields());
        String group = checks.groupName(request.group());
        whenDone(groups.remove(group).thenRun(() -> offsets.forget(group, request.cleanOffset())), reply);
    }

    private void allGroups(Command command, Reply reply) {
        reply.send(Command.success(Map.of(), JsonBodies.write(groups.table())));
    }

    private void topicStats(Command command, Reply reply) {
        TopicSettings topic =
                checks.existing(TopicRequest.read(command.fields()).topic());
        StringBuilder json = new StringBuilder("{\"offsetTable\":{");
        for (int queueId = 0; queueId < Math.max(topic.readQueues(), topic.writeQueues()); queueId++) {
            QueueKey queue = new QueueKey(topic.topic(), queueId);
            json.append(queueId == 0 ? "" : ",")
                    // The protocol has whole objects as member names here, and tools read nothing else.
                    .append("{\"brokerName\":\"%s\",\"queueId\":%d,\"topic\":\"%s\"}:"
                            .formatted(figures.brokerName(), queueId, topic.topic()))
                    .append("{\"lastUpdateTimestamp\":0,\"maxOffset\":%d,\"minOffset\":%d}"
                            .formatted(store.maxOffset(queue), store.minOffset(queue)));
        }
        json.append("},\"topicPutTps\":0.0}");
        reply.send(Command.success(Map.of(), Body.ofUtf8(json.toString())));
    }

    private void runtime(Command command, Reply reply) {
        readThreads.execute(
                reply, () -> reply.send(Command.success(Map.of(), JsonBodies.write(Map.of("table", figures.table())))));
    }

    private void consumedBy(Command command, Reply reply) {
        String topic = TopicRequest.read(command.fields()).topic();
        reply.send(
                Command.success(Map.of(), JsonBodies.write(new TreeMap<>(Map.of("groupList", offsets.groups(topic))))));
    }
}
