package io.reliablemq.spring.listener;

import io.reliablemq.client.api.ConsumeResult;
import io.reliablemq.client.api.MessageHandler;
import io.reliablemq.client.api.ReceivedMessage;
import io.reliablemq.protocol.message.Names;
import java.util.List;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * Hands each message of a group to the one listener that selects its topic and tag.
 *
 * <p>Immutable; called by several consume threads at once.
 */
public final class GroupDispatcher implements MessageHandler {

    private static final Log log = LogFactory.getLog(GroupDispatcher.class);

    /** A listener's part of the group's subscription. */
    public record Route(String topic, TagSelector tags, MessageHandler handler) {

        boolean takes(ReceivedMessage message) {
            return topic.equals(message.topic()) && tags.matches(message.tag());
        }
    }

    private final String group;
    private final List<Route> routes;

    /** @param routes of which no two take the same message */
    public GroupDispatcher(String group, List<Route> routes) {
        this.group = group;
        this.routes = List.copyOf(routes);
    }

    @Override
    public @Nullable ConsumeResult handle(ReceivedMessage message) throws Exception {
        Route route = route(message);
        if (route != null) {
            return route.handler().handle(message);
        }
        // A retry of a listener that another version of the application had: another member may still have it, and
        // what nobody takes in the end is kept as a dead letter.
        log.warn("No listener of group '" + group + "' takes topic '" + message.topic() + "' with tag '" + message.tag()
                + "'; the message " + message.messageId() + " is left for a retry");
        return ConsumeResult.RECONSUME_LATER;
    }

    private @Nullable Route route(ReceivedMessage message) {
        for (Route route : routes) {
            if (route.takes(message)) {
                return route;
            }
        }
        return message.reconsumeTimes() > 0 ? onlyDeadLetterRoute() : null;
    }

    /**
     * A dead letter keeps the topic that it was first sent to, and brokers give that back when a listener of dead
     * letters fails in its turn.
     */
    private @Nullable Route onlyDeadLetterRoute() {
        List<Route> found = routes.stream()
                .filter(route -> Names.isDeadLetterTopic(route.topic()))
                .toList();
        return found.size() == 1 ? found.get(0) : null;
    }
}
