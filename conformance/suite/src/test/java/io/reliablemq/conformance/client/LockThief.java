package io.reliablemq.conformance.client;

import io.reliablemq.client.api.SendQueue;
import io.reliablemq.protocol.body.ConsumerIds;
import io.reliablemq.protocol.body.JsonBodies;
import io.reliablemq.protocol.body.QueueLock;
import io.reliablemq.protocol.command.Command;
import io.reliablemq.protocol.command.RequestCode;
import io.reliablemq.protocol.header.ConsumerGroupRequest;
import io.reliablemq.protocol.transport.EventLoops;
import io.reliablemq.protocol.transport.RemotingClient;
import io.reliablemq.protocol.transport.TransportSettings;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** Takes the lock on a queue from the only member of a group, as one that has waited until it ran out. */
public final class LockThief implements AutoCloseable {

    private static final String OWN_ID = "thief";
    private static final Duration TIMEOUT = Duration.ofSeconds(10);

    private final EventLoops loops = EventLoops.create("thief-io", 1);
    private final RemotingClient client = new RemotingClient(loops, TransportSettings.defaults(), (request, reply) -> {
        throw new IllegalStateException("Nobody asks the thief, but " + request);
    });
    private final String broker;
    private final String group;

    public LockThief(String broker, String group) {
        this.broker = broker;
        this.group = group;
    }

    /** @return whether it has the lock now; the member may have been quicker with a renewal */
    public boolean takes(SendQueue queue) {
        Command members = invoke(
                Command.request(RequestCode.GET_CONSUMER_LIST_BY_GROUP, new ConsumerGroupRequest(group).fields()));
        for (String member : JsonBodies.read(members.body(), ConsumerIds.class).ids()) {
            lock(RequestCode.UNLOCK_BATCH_QUEUES, member, queue);
        }
        Command answer = lock(RequestCode.LOCK_BATCH_QUEUES, OWN_ID, queue);
        return !JsonBodies.read(answer.body(), QueueLock.Response.class)
                .locked()
                .isEmpty();
    }

    public void givesBack(SendQueue queue) {
        lock(RequestCode.UNLOCK_BATCH_QUEUES, OWN_ID, queue);
    }

    private Command lock(int code, String clientId, SendQueue queue) {
        QueueLock.Queue wanted = new QueueLock.Queue(queue.topic(), queue.brokerName(), queue.queueId());
        return invoke(Command.request(
                code, Map.of(), JsonBodies.write(new QueueLock.Request(group, clientId, List.of(wanted), false))));
    }

    private Command invoke(Command request) {
        Command answer = client.invoke(broker, request, TIMEOUT).join();
        if (!answer.isSuccess()) {
            throw new IllegalStateException("The broker answers the thief " + answer);
        }
        return answer;
    }

    @Override
    public void close() {
        client.close();
        loops.close();
    }
}
