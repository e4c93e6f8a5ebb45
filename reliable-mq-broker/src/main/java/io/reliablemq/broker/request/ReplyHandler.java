package io.reliablemq.broker.request;

import io.reliablemq.broker.group.ClientSessions;
import io.reliablemq.broker.store.MessageStore;
import io.reliablemq.protocol.command.Body;
import io.reliablemq.protocol.command.Command;
import io.reliablemq.protocol.command.RequestCode;
import io.reliablemq.protocol.command.ResponseCode;
import io.reliablemq.protocol.header.PushReplyRequest;
import io.reliablemq.protocol.header.SendMessageRequest;
import io.reliablemq.protocol.message.MessageProperties;
import io.reliablemq.protocol.message.PropertyNames;
import io.reliablemq.protocol.message.StoredMessage;
import io.reliablemq.protocol.route.TopicSettings;
import io.reliablemq.protocol.runtime.Clock;
import io.reliablemq.protocol.transport.Connection;
import io.reliablemq.protocol.transport.Reply;
import io.reliablemq.protocol.transport.RequestHandler;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Brings replies to whoever asked: SEND_REPLY_MESSAGE in both versions. The reply is stored as well, once it has arrived;
 * success says both.
 */
final class ReplyHandler implements RequestHandler {

    private static final Duration PUSH_TIMEOUT = Duration.ofSeconds(3);

    private final SendTopics topics;
    private final IncomingMessages incoming;
    private final ClientSessions sessions;
    private final MessageStore store;
    private final Clock clock;

    ReplyHandler(
            SendTopics topics, IncomingMessages incoming, ClientSessions sessions, MessageStore store, Clock clock) {
        this.topics = topics;
        this.incoming = incoming;
        this.sessions = sessions;
        this.store = store;
        this.clock = clock;
    }

    @Override
    public void handle(Command command, Reply reply) {
        SendMessageRequest request = command.code() == RequestCode.SEND_REPLY_MESSAGE
                ? SendMessageRequest.readV1(command.fields())
                : SendMessageRequest.readV2(command.fields());
        String asker = MessageProperties.decode(request.properties()).get(PropertyNames.REPLY_TO_CLIENT);
        if (asker == null) {
            throw new RefusedException(
                    ResponseCode.MESSAGE_ILLEGAL, "The reply does not say which client waits for it (REPLY_TO_CLIENT)");
        }
        Body body = Body.of(command.body().toByteArray());
        topics.find(request, reply, topic -> push(request, body, topic, asker, reply));
    }

    private void push(SendMessageRequest request, Body body, TopicSettings topic, String asker, Reply reply) {
        Connection connection = sessions.connectionOf(asker);
        if (connection == null) {
            throw new RefusedException(
                    ResponseCode.SYSTEM_ERROR,
                    "The client " + asker + " that waits for the reply is not connected here");
        }
        StoredMessage message = incoming.message(request, body, topic, reply.connection());
        long now = clock.ofMessages().wallMs();
        Map<String, String> properties = new LinkedHashMap<>(message.properties());
        properties.put(PropertyNames.ARRIVE_TIME, Long.toString(now));
        PushReplyRequest header = new PushReplyRequest(
                withProperties(request, message.queueId(), MessageProperties.encode(properties)),
                text(message.bornHost()),
                text(message.storeHost()),
                now);
        Command pushed = Command.request(RequestCode.PUSH_REPLY_MESSAGE_TO_CLIENT, header.fields(), body);
        connection
                .invoke(pushed, PUSH_TIMEOUT)
                .whenComplete(
                        (answer, error) -> Answering.run(reply, () -> arrived(message, asker, answer, error, reply)));
    }

    private void arrived(
            StoredMessage message, String asker, @Nullable Command answer, @Nullable Throwable error, Reply reply) {
        if (answer == null || !answer.isSuccess()) {
            throw new RefusedException(
                    ResponseCode.SYSTEM_ERROR,
                    "The client " + asker + " did not take the reply: "
                            + (answer == null ? String.valueOf(error) : answer.remarkText()));
        }
        store.append(
                message,
                MessageStore.NO_ORIGIN,
                result -> reply.send(StoreAnswers.answer(
                        result, () -> incoming.answerFields(message.queueId(), result, message.messageId()))));
    }

    private static SendMessageRequest withProperties(SendMessageRequest request, int queueId, String properties) {
        return new SendMessageRequest(
                request.producerGroup(),
                request.topic(),
                request.defaultTopic(),
                request.defaultQueueCount(),
                queueId,
                request.systemFlag(),
                request.bornTimestamp(),
                request.flag(),
                properties,
                request.reconsumeTimes(),
                request.maxReconsumeTimes(),
                request.batch(),
                request.brokerName(),
                request.maybeStored());
    }

    private static String text(InetSocketAddress address) {
        return address.getAddress().getHostAddress() + ":" + address.getPort();
    }
}
