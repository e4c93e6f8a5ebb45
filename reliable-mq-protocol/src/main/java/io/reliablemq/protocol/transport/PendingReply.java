package io.reliablemq.protocol.transport;

import io.reliablemq.protocol.body.MalformedBodyException;
import io.reliablemq.protocol.command.Body;
import io.reliablemq.protocol.command.Command;
import io.reliablemq.protocol.command.ResponseCode;
import io.reliablemq.protocol.header.MalformedHeaderException;
import io.reliablemq.protocol.message.MessageFormatException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The answer that is owed for one request. */
final class PendingReply implements Reply {

    private static final Logger LOG = LoggerFactory.getLogger(PendingReply.class);

    private final ChannelConnection connection;
    private final int requestCode;
    private final int correlationId;
    private final boolean oneWay;
    private final AtomicBoolean answered = new AtomicBoolean();

    PendingReply(ChannelConnection connection, Command request) {
        this.connection = connection;
        this.requestCode = request.code();
        this.correlationId = request.correlationId();
        this.oneWay = request.isOneWay();
    }

    @Override
    public Connection connection() {
        return connection;
    }

    @Override
    public Body allocate(int size) {
        return connection.allocate(size);
    }

    @Override
    public void send(Command response) {
        send(response, connection::answer);
    }

    @Override
    public void sendDirectly(Command response) {
        send(response, connection::answerDirectly);
    }

    private void send(Command response, Consumer<Command> way) {
        if (!response.isResponse()) {
            response.body().release();
            throw new IllegalArgumentException("Request code " + requestCode
                    + " is to be answered by a response, not by another request, code " + response.code());
        }
        if (!answered.compareAndSet(false, true)) {
            response.body().release();
            throw new IllegalStateException("Request code " + requestCode + " from " + connection
                    + " was answered before; the second answer has code " + response.code());
        }
        if (oneWay) {
            response.body().release();
        } else {
            way.accept(response.withCorrelationId(correlationId));
        }
    }

    /** Answers with the failure of the handler, unless it had answered before it failed. */
    void fail(Throwable failure) {
        boolean callersFault = isCallersFault(failure);
        if (!callersFault) {
            LOG.error("Request code {} from {} failed", requestCode, connection, failure);
        }
        if (answered.compareAndSet(false, true) && !oneWay) {
            String text = String.valueOf(failure.getMessage());
            String remark = callersFault ? text : failure.getClass().getSimpleName() + ": " + text;
            connection.answer(Command.failure(ResponseCode.SYSTEM_ERROR, remark).withCorrelationId(correlationId));
        }
    }

    private static boolean isCallersFault(Throwable failure) {
        return failure instanceof MalformedHeaderException
                || failure instanceof MalformedBodyException
                || failure instanceof MessageFormatException
                || failure instanceof IllegalArgumentException;
    }
}
