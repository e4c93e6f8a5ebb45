package io.reliablemq.broker.request;

import io.reliablemq.broker.store.KeyQuery;
import io.reliablemq.broker.store.MessageStore;
import io.reliablemq.broker.store.MessageStore.Entry;
import io.reliablemq.broker.store.MessageStore.QueryResult;
import io.reliablemq.broker.store.MessageStore.Selection;
import io.reliablemq.protocol.command.Body;
import io.reliablemq.protocol.command.Command;
import io.reliablemq.protocol.command.RequestCode;
import io.reliablemq.protocol.command.ResponseCode;
import io.reliablemq.protocol.header.QueryMessageRequest;
import io.reliablemq.protocol.header.QueryMessageResponse;
import io.reliablemq.protocol.header.ViewMessageRequest;
import io.reliablemq.protocol.message.MessageLayout;
import io.reliablemq.protocol.message.StoredMessage;
import io.reliablemq.protocol.transport.Reply;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Finds single messages, by key and by position. Everything is read by {@link ReadThreads}. */
public final class MessageQueries {

    private static final int MAX_MESSAGES = 1024;
    private static final long MAX_BYTES = 4L << 20;

    /** As many as the protocol gives to a query by unique id, whatever the client wants. */
    private static final int MAX_BY_UNIQUE_ID = 32;

    private final RequestChecks checks;
    private final MessageStore store;
    private final ReadThreads readThreads;

    public MessageQueries(RequestChecks checks, MessageStore store, ReadThreads readThreads) {
        this.checks = checks;
        this.store = store;
        this.readThreads = readThreads;
    }

    public void addTo(HandlerTable.Builder table) {
        table.on(RequestCode.QUERY_MESSAGE, this::query).on(RequestCode.VIEW_MESSAGE_BY_ID, this::view);
    }

    private void query(Command command, Reply reply) {
        QueryMessageRequest request = QueryMessageRequest.read(command.fields());
        checks.topicName(request.topic());
        if (request.maxMessages() < 1) {
            throw new RefusedException(
                    ResponseCode.INVALID_PARAMETER, "maxNum is " + request.maxMessages() + "; it must be at least 1");
        }
        KeyQuery.Kind kind = kind(request.indexType(), request.uniqueKeyQuery());
        int most = request.uniqueKeyQuery() ? MAX_BY_UNIQUE_ID : Math.min(request.maxMessages(), MAX_MESSAGES);
        KeyQuery query = new KeyQuery(
                request.topic(),
                request.key(),
                kind,
                most,
                MAX_BYTES,
                request.beginTimestamp(),
                request.endTimestamp());
        readThreads.execute(reply, () -> answer(query, reply));
    }

    private static KeyQuery.Kind kind(@Nullable String indexType, boolean uniqueKeyQuery) {
        if (uniqueKeyQuery) {
            return KeyQuery.Kind.UNIQUE_ID;
        }
        if (indexType == null || indexType.isEmpty()) {
            return KeyQuery.Kind.KEY;
        }
        return switch (indexType) {
            case QueryMessageRequest.KEY -> KeyQuery.Kind.KEY;
            case QueryMessageRequest.UNIQUE_ID -> KeyQuery.Kind.UNIQUE_ID;
            case QueryMessageRequest.TAG -> KeyQuery.Kind.TAG;
            default ->
                throw new RefusedException(
                        ResponseCode.INVALID_PARAMETER,
                        "The index type " + indexType + " is not one of K (key), U (unique id) and T (tag)");
        };
    }

    private void answer(KeyQuery query, Reply reply) throws IOException {
        QueryResult found = store.query(query);
        Map<String, String> fields = new QueryMessageResponse(found.lastTimestamp(), found.lastPosition()).fields();
        if (found.entries().isEmpty()) {
            reply.send(Command.response(
                    ResponseCode.QUERY_NOT_FOUND,
                    "No message of topic " + query.topic() + " in this time has the key " + query.key(),
                    fields,
                    Body.EMPTY));
        } else {
            reply.send(Command.response(ResponseCode.SUCCESS, "", fields, body(found, reply)));
        }
    }

    /** The oldest message first, as clients know it: of several with one unique id they take the first. */
    private Body body(QueryResult found, Reply reply) throws IOException {
        List<Entry> oldestFirst = new ArrayList<>(found.entries());
        Collections.reverse(oldestFirst);
        Body body = reply.allocate(found.totalBytes());
        try {
            store.read(new Selection(oldestFirst, 0, found.totalBytes()), body.buffer());
            return body;
        } catch (IOException | RuntimeException e) {
            body.release();
            throw e;
        }
    }

    private void view(Command command, Reply reply) {
        ViewMessageRequest request = ViewMessageRequest.read(command.fields());
        readThreads.execute(reply, () -> {
            StoredMessage message = store.readAt(request.position());
            reply.send(
                    message == null
                            ? Command.failure(
                                    ResponseCode.SYSTEM_ERROR,
                                    "There is no message at position " + request.position() + " of the log")
                            : Command.success(Map.of(), Body.of(MessageLayout.encode(message))));
        });
    }
}
