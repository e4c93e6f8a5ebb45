package io.reliablemq.broker;

import io.reliablemq.protocol.command.Command;
import io.reliablemq.protocol.command.ResponseCode;
import io.reliablemq.protocol.transport.Reply;
import io.reliablemq.protocol.transport.RequestHandler;
import org.jspecify.annotations.Nullable;

/**
 * Stands before the handlers until they are built: they need the address, which is known only once the server listens.
 */
final class StartGate implements RequestHandler {

    private volatile @Nullable RequestHandler handler;

    void open(RequestHandler behind) {
        handler = behind;
    }

    @Override
    public void handle(Command request, Reply reply) throws Exception {
        RequestHandler behind = handler;
        if (behind == null) {
            reply.send(Command.failure(ResponseCode.SERVICE_NOT_AVAILABLE, "The broker is starting; try again"));
        } else {
            behind.handle(request, reply);
        }
    }
}
