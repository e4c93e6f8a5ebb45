package io.reliablemq.client.consumer;

import io.reliablemq.protocol.command.Command;
import io.reliablemq.protocol.command.RequestCode;
import io.reliablemq.protocol.command.ResponseCode;
import io.reliablemq.protocol.header.ConsumerGroupRequest;
import io.reliablemq.protocol.transport.Reply;
import io.reliablemq.protocol.transport.RequestHandler;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Takes what brokers ask of clients: the notice that the members of a group have changed. Thread-safe. */
public final class GroupNotices implements RequestHandler {

    private final Map<String, Runnable> listeners = new ConcurrentHashMap<>();

    /** The listener is called on an event loop and must not block. */
    void register(String group, Runnable listener) {
        listeners.put(group, listener);
    }

    void unregister(String group) {
        listeners.remove(group);
    }

    @Override
    public void handle(Command request, Reply reply) {
        if (request.code() != RequestCode.NOTIFY_CONSUMER_IDS_CHANGED) {
            reply.send(Command.failure(
                    ResponseCode.REQUEST_CODE_NOT_SUPPORTED,
                    "This client does not answer request code " + request.code()));
            return;
        }
        Runnable listener =
                listeners.get(ConsumerGroupRequest.read(request.fields()).consumerGroup());
        if (listener != null) {
            listener.run();
        }
        reply.send(Command.success());
    }
}
