package io.reliablemq.broker.request;

import io.reliablemq.broker.group.ClientSessions;
import io.reliablemq.protocol.body.Heartbeat;
import io.reliablemq.protocol.body.Heartbeat.ConsumerEntry;
import io.reliablemq.protocol.body.JsonBodies;
import io.reliablemq.protocol.command.Command;
import io.reliablemq.protocol.command.ResponseCode;
import io.reliablemq.protocol.transport.Reply;
import io.reliablemq.protocol.transport.RequestHandler;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Takes heartbeats. Members join at once, so that the pulls behind the heartbeat on the same connection find their
 * group; the answer waits for the retry topics of new groups.
 *
 * <p>The answer does not offer the second version of heartbeats, so every heartbeat brings its subscriptions.
 */
public final class HeartbeatHandler implements RequestHandler {

    /** A group is known for each of its topics from now on, also when nobody of it is here. */
    private static final int MAX_TOPICS = 1_000;

    private final RequestChecks checks;
    private final ClientSessions sessions;
    private final GroupTopics groupTopics;

    public HeartbeatHandler(RequestChecks checks, ClientSessions sessions, GroupTopics groupTopics) {
        this.checks = checks;
        this.sessions = sessions;
        this.groupTopics = groupTopics;
    }

    @Override
    public void handle(Command request, Reply reply) {
        Heartbeat heartbeat = JsonBodies.read(request.body(), Heartbeat.class);
        RequestChecks.clientId(heartbeat.clientId());
        for (ConsumerEntry consumer : heartbeat.consumers()) {
            checks.groupName(consumer.group());
            topics(consumer);
        }
        List<String> refusals = sessions.heartbeat(reply.connection(), request.version(), heartbeat);
        Command answer = refusals.isEmpty()
                ? Command.success()
                : Command.failure(ResponseCode.INVALID_PARAMETER, String.join(" ", refusals));
        // One more than there are topics to wait for, so that the answer is given exactly once, by the last of them.
        AtomicInteger open = new AtomicInteger(heartbeat.consumers().size() + 1);
        Runnable done = () -> {
            if (open.decrementAndGet() == 0) {
                reply.send(answer);
            }
        };
        for (ConsumerEntry consumer : heartbeat.consumers()) {
            // A failure is logged where it happens; the next heartbeat tries again.
            groupTopics.withRetryTopic(consumer.group(), done, reason -> done.run());
        }
        done.run();
    }

    private void topics(ConsumerEntry consumer) {
        if (consumer.subscriptions().size() > MAX_TOPICS) {
            throw new RefusedException(
                    ResponseCode.INVALID_PARAMETER,
                    "The group " + consumer.group() + " subscribes to "
                            + consumer.subscriptions().size() + " topics; at most " + MAX_TOPICS + " are allowed");
        }
        consumer.subscriptions().forEach(subscription -> checks.topicName(subscription.topic()));
    }
}
