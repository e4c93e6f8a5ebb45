package io.reliablemq.broker.request;

import io.reliablemq.protocol.command.Command;
import io.reliablemq.protocol.command.ResponseCode;
import io.reliablemq.protocol.message.MessageFormatException;
import io.reliablemq.protocol.transport.Reply;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Steps of a request that run after its handler has returned, once a topic is ready: nobody else would turn their
 * failure into an answer, and the client would wait in vain.
 */
final class Answering {

    private static final Logger LOG = LoggerFactory.getLogger(Answering.class);

    /** Runs the step, which answers if it ends well. */
    static void run(Reply reply, Runnable step) {
        try {
            step.run();
        } catch (RefusedException e) {
            reply.send(Command.failure(e.responseCode(), e.remark()));
        } catch (MessageFormatException e) {
            reply.send(Command.failure(ResponseCode.MESSAGE_ILLEGAL, String.valueOf(e.getMessage())));
        } catch (RuntimeException | LinkageError | AssertionError e) {
            LOG.error("A request from {} failed", reply.connection().remoteAddress(), e);
            reply.send(Command.failure(ResponseCode.SYSTEM_ERROR, "The request failed: " + e));
        }
    }

    private Answering() {}
}
