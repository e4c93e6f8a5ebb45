package io.reliablemq.broker.request;

import io.reliablemq.protocol.body.MalformedBodyException;
import io.reliablemq.protocol.command.Command;
import io.reliablemq.protocol.command.ResponseCode;
import io.reliablemq.protocol.header.MalformedHeaderException;
import io.reliablemq.protocol.message.MessageFormatException;
import io.reliablemq.protocol.transport.Reply;
import io.reliablemq.protocol.transport.RequestHandler;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/** Finds the handler of a request code, and turns refusals into answers. Immutable once built. */
public final class HandlerTable implements RequestHandler {

    private final Map<Integer, RequestHandler> handlers;

    private HandlerTable(Map<Integer, RequestHandler> handlers) {
        this.handlers = Map.copyOf(handlers);
    }

    public static Builder builder() {
        return new Builder();
    }

    /** The request codes that have a handler. */
    Set<Integer> codes() {
        return handlers.keySet();
    }

    @Override
    public void handle(Command request, Reply reply) throws Exception {
        RequestHandler handler = handlers.get(request.code());
        if (handler == null) {
            reply.send(Command.failure(
                    ResponseCode.REQUEST_CODE_NOT_SUPPORTED,
                    "The broker does not support request code " + request.code()));
            return;
        }
        try {
            handler.handle(request, reply);
        } catch (RefusedException e) {
            reply.send(Command.failure(e.responseCode(), e.remark()));
        } catch (MessageFormatException e) {
            reply.send(Command.failure(ResponseCode.MESSAGE_ILLEGAL, String.valueOf(e.getMessage())));
        } catch (MalformedHeaderException | MalformedBodyException e) {
            reply.send(Command.failure(ResponseCode.SYSTEM_ERROR, String.valueOf(e.getMessage())));
        }
    }

    /** Collects handlers. Not thread-safe. */
    public static final class Builder {

        private final Map<Integer, RequestHandler> handlers = new HashMap<>();

        public Builder on(int requestCode, RequestHandler handler) {
            if (handlers.put(requestCode, handler) != null) {
                throw new IllegalStateException("There are two handlers for request code " + requestCode);
            }
            return this;
        }

        /** From now on these codes, whether or not they have a handler, are handled by this one instead. */
        public Builder instead(Set<Integer> requestCodes, RequestHandler handler) {
            requestCodes.forEach(code -> handlers.put(code, handler));
            return this;
        }

        public HandlerTable build() {
            return new HandlerTable(handlers);
        }
    }
}
