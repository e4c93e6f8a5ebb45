package io.reliablemq.broker.request;

import io.reliablemq.broker.group.ConsumerGroups;
import io.reliablemq.broker.group.GroupView;
import io.reliablemq.protocol.body.ConsumerGroupSettings;
import io.reliablemq.protocol.body.Heartbeat.SubscriptionEntry;
import io.reliablemq.protocol.command.ResponseCode;
import io.reliablemq.protocol.header.PullFlags;
import io.reliablemq.protocol.header.PullMessageRequest;
import java.util.HashSet;
import java.util.Set;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/**
 * Which tags a pull wants, from its own subscription or from the group's heartbeats. Decides by the tags' hash codes:
 * consumers compare the tags themselves, so a collision lets too much through and never too little.
 */
public final class TagFilter {

    private final ConsumerGroups groups;

    public TagFilter(ConsumerGroups groups) {
        this.groups = groups;
    }

    IntPredicate of(PullMessageRequest request, ConsumerGroupSettings settings) {
        if ((request.systemFlag() & PullFlags.SUBSCRIPTION) != 0) {
            checkType(request.expressionType());
            return parse(request.subscription());
        }
        GroupView group = groups.view(request.consumerGroup());
        if (group == null) {
            throw new RefusedException(
                    ResponseCode.SUBSCRIPTION_NOT_EXIST,
                    "No member of the group " + request.consumerGroup() + " has sent a heartbeat yet");
        }
        if (group.isBroadcasting() && !settings.broadcastEnabled()) {
            throw new RefusedException(
                    ResponseCode.NO_PERMISSION,
                    "The group " + request.consumerGroup() + " may not consume by broadcast");
        }
        SubscriptionEntry subscription = group.subscription(request.topic());
        if (subscription == null) {
            throw new RefusedException(
                    ResponseCode.SUBSCRIPTION_NOT_EXIST,
                    "The group " + request.consumerGroup() + " does not subscribe to the topic " + request.topic());
        }
        checkType(subscription.expressionType());
        if (subscription.version() < request.subscriptionVersion()) {
            // The pull was faster than its heartbeat, and by old tags it might miss what the new ones want. A refusal
            // would cost the official client up to 30 s, until its next heartbeat; too much does no harm.
            return tag -> true;
        }
        return byCodes(subscription.tagCodes());
    }

    static boolean isTagType(@Nullable String expressionType) {
        return expressionType == null || expressionType.isEmpty() || expressionType.equals("TAG");
    }

    private static void checkType(@Nullable String expressionType) {
        if (!isTagType(expressionType)) {
            throw new RefusedException(
                    ResponseCode.SYSTEM_ERROR,
                    "The broker does not filter by " + expressionType + ": only tags are supported");
        }
    }

    /** Reads {@code *} or tags joined by {@code ||}. */
    private static IntPredicate parse(@Nullable String expression) {
        if (expression == null || expression.isBlank() || expression.trim().equals("*")) {
            return tag -> true;
        }
        Set<Integer> codes = new HashSet<>();
        for (String tag : expression.split("\\|\\|")) {
            if (!tag.isBlank()) {
                codes.add(tag.trim().hashCode());
            }
        }
        if (codes.isEmpty()) {
            throw new RefusedException(
                    ResponseCode.SUBSCRIPTION_PARSE_FAILED,
                    "The subscription '" + expression + "' names no tag; write * or tags joined by ||");
        }
        return byCodes(codes);
    }

    private static IntPredicate byCodes(Set<Integer> codes) {
        return codes.isEmpty() ? tag -> true : codes::contains;
    }
}
