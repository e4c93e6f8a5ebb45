package io.reliablemq.broker.request;

import io.reliablemq.protocol.command.Command;
import io.reliablemq.protocol.command.RequestCode;
import io.reliablemq.protocol.command.ResponseCode;
import io.reliablemq.protocol.transport.RequestHandler;
import java.util.Set;
import java.util.function.Supplier;

/** The requests that only a master carries out, since they change what its slaves copy from it. */
public final class MasterOnly {

    /** What a slave does not do. Reads, heartbeats and offsets of consumers are not among them. */
    public static final Set<Integer> CODES = Set.of(
            RequestCode.SEND_MESSAGE,
            RequestCode.SEND_MESSAGE_V2,
            RequestCode.SEND_BATCH_MESSAGE,
            RequestCode.CONSUMER_SEND_MESSAGE_BACK,
            RequestCode.SEND_REPLY_MESSAGE,
            RequestCode.SEND_REPLY_MESSAGE_V2,
            RequestCode.RECALL_MESSAGE,
            RequestCode.END_TRANSACTION,
            RequestCode.LOCK_BATCH_QUEUES,
            RequestCode.UNLOCK_BATCH_QUEUES,
            RequestCode.UPDATE_AND_CREATE_TOPIC,
            RequestCode.DELETE_TOPIC_IN_BROKER,
            RequestCode.UPDATE_AND_CREATE_SUBSCRIPTION_GROUP,
            RequestCode.DELETE_SUBSCRIPTION_GROUP,
            RequestCode.RESET_OFFSET);

    /**
     * Refuses in a way that makes clients ask the name server for the master and try there.
     *
     * @param master its address as far as it is known, for whoever reads the answer
     */
    public static RequestHandler refusal(Supplier<String> master) {
        return (request, reply) -> reply.send(Command.failure(
                ResponseCode.SERVICE_NOT_AVAILABLE,
                "This broker is a slave, which takes no request " + request.code() + "; its master is "
                        + master.get()));
    }

    private MasterOnly() {}
}
