package io.reliablemq.client.consumer;

import io.reliablemq.client.api.PushConsumer.Queue;
import io.reliablemq.protocol.body.OffsetTable;
import io.reliablemq.protocol.command.Command;
import io.reliablemq.protocol.command.RequestCode;
import io.reliablemq.protocol.command.ResponseCode;
import io.reliablemq.protocol.header.ConsumerGroupRequest;
import io.reliablemq.protocol.header.HeaderFields;
import io.reliablemq.protocol.transport.Reply;
import io.reliablemq.protocol.transport.RequestHandler;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Takes what brokers tell groups: that their members have changed, and where to go on. Thread-safe. */
public final class GroupNotices implements RequestHandler {

    private final Map<String, Listener> listeners = new ConcurrentHashMap<>();

    /** Called on an event loop; must not block. */
    interface Listener {

        void membersChanged();

        /** An administrator has set the group's offsets. */
        void offsetsReset(Map<Queue, Long> offsets);
    }

    void register(String group, Listener listener) {
        listeners.put(group, listener);
    }

    void unregister(String group) {
        listeners.remove(group);
    }

    @Override
    public void handle(Command request, Reply reply) {
        switch (request.code()) {
            case RequestCode.NOTIFY_CONSUMER_IDS_CHANGED -> {
                Listener listener = listeners.get(
                        ConsumerGroupRequest.read(request.fields()).consumerGroup());
                if (listener != null) {
                    listener.membersChanged();
                }
                reply.send(Command.success());
            }
            case RequestCode.RESET_CONSUMER_CLIENT_OFFSET -> {
                Listener listener =
                        listeners.get(HeaderFields.of(request.fields()).text("group"));
                if (listener != null) {
                    listener.offsetsReset(offsets(request));
                }
                reply.send(Command.success());
            }
            default ->
                reply.send(Command.failure(
                        ResponseCode.REQUEST_CODE_NOT_SUPPORTED,
                        "This client does not answer request code " + request.code()));
        }
    }

    private static Map<Queue, Long> offsets(Command request) {
        Map<Queue, Long> offsets = new HashMap<>();
        OffsetTable.read(request.body())
                .offsets()
                .forEach((queue, offset) ->
                        offsets.put(new Queue(queue.topic(), queue.brokerName(), queue.queueId()), offset));
        return offsets;
    }
}
