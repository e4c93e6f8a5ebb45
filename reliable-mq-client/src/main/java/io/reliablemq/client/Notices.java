package io.reliablemq.client;

import io.reliablemq.protocol.body.JsonBodies;
import io.reliablemq.protocol.body.TopicList;
import io.reliablemq.protocol.command.Command;
import io.reliablemq.protocol.command.RequestCode;
import io.reliablemq.protocol.transport.Reply;
import io.reliablemq.protocol.transport.RequestHandler;
import java.util.List;
import java.util.function.Consumer;

/** Takes what name servers and brokers send unasked. Called on event loops; thread-safe. */
final class Notices implements RequestHandler {

    private final RequestHandler groups;
    private final RequestHandler replies;
    private final RequestHandler transactions;
    private volatile Consumer<List<String>> routesChanged = topics -> {};

    Notices(RequestHandler groups, RequestHandler replies, RequestHandler transactions) {
        this.groups = groups;
        this.replies = replies;
        this.transactions = transactions;
    }

    /** The listener is called on an event loop and must not block. */
    void onRoutesChanged(Consumer<List<String>> listener) {
        routesChanged = listener;
    }

    @Override
    public void handle(Command request, Reply reply) throws Exception {
        switch (request.code()) {
            case RequestCode.ROUTES_CHANGED ->
                routesChanged.accept(
                        JsonBodies.read(request.body(), TopicList.class).topics());
            case RequestCode.PUSH_REPLY_MESSAGE_TO_CLIENT -> replies.handle(request, reply);
            case RequestCode.CHECK_TRANSACTION_STATE -> transactions.handle(request, reply);
            default -> groups.handle(request, reply);
        }
    }
}
