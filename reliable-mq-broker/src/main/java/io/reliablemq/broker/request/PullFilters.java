package io.reliablemq.broker.request;

import io.reliablemq.broker.filter.FilterSyntaxException;
import io.reliablemq.broker.filter.SqlFilter;
import io.reliablemq.broker.filter.SqlFilters;
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
 * Which messages a pull wants, from its own subscription or from the group's heartbeats. Tags are compared by their hash codes:
 * consumers compare the tags themselves, so a collision lets too much through and never too little. Expressions are evaluated
 * here alone.
 */
public final class PullFilters {

    private static final String SQL = "SQL92";

    private final ConsumerGroups groups;
    private final SqlFilters expressions = new SqlFilters();

    /**
     * What a pull wants.
     *
     * @param tags decides by the tag's hash code
     * @param expression decides by the properties as well; null if there is none
     */
    record PullFilter(IntPredicate tags, @Nullable SqlFilter expression) {

        static final PullFilter ALL = byTags(tag -> true);

        static PullFilter byTags(IntPredicate tags) {
            return new PullFilter(tags, null);
        }
    }

    public PullFilters(ConsumerGroups groups) {
        this.groups = groups;
    }

    PullFilter of(PullMessageRequest request, ConsumerGroupSettings settings) {
        if ((request.systemFlag() & PullFlags.SUBSCRIPTION) != 0) {
            return isTagType(request.expressionType())
                    ? parse(request.subscription())
                    : compile(request.expressionType(), request.subscription());
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
        boolean isNew = subscription.version() < request.subscriptionVersion();
        if (!isTagType(subscription.expressionType())) {
            if (isNew) {
                // Consumers do not evaluate expressions again, so that neither too much nor too little may be given.
                throw new RefusedException(
                        ResponseCode.SUBSCRIPTION_NOT_LATEST,
                        "The subscription of the group " + request.consumerGroup() + " to the topic " + request.topic()
                                + " is newer than its last heartbeat");
            }
            return compile(subscription.expressionType(), subscription.expression());
        }
        if (isNew) {
            // The pull was faster than its heartbeat, and by old tags it might miss what the new ones want. A refusal
            // would cost the official client up to 30 s, until its next heartbeat; too much does no harm.
            return PullFilter.ALL;
        }
        return byCodes(subscription.tagCodes());
    }

    static boolean isTagType(@Nullable String expressionType) {
        return expressionType == null || expressionType.isEmpty() || expressionType.equals("TAG");
    }

    /** @throws RefusedException if the expression is of an unknown kind, or cannot be read */
    PullFilter compile(@Nullable String type, @Nullable String expression) {
        if (!SQL.equals(type)) {
            throw new RefusedException(
                    ResponseCode.SUBSCRIPTION_PARSE_FAILED,
                    "The broker does not filter by " + type + "; subscribe by TAG or by SQL92");
        }
        try {
            return new PullFilter(tag -> true, expressions.get(expression == null ? "" : expression));
        } catch (FilterSyntaxException e) {
            throw new RefusedException(ResponseCode.SUBSCRIPTION_PARSE_FAILED, String.valueOf(e.getMessage()));
        }
    }

    /** Reads {@code *} or tags joined by {@code ||}. */
    private static PullFilter parse(@Nullable String expression) {
        if (expression == null || expression.isBlank() || expression.trim().equals("*")) {
            return PullFilter.ALL;
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

    private static PullFilter byCodes(Set<Integer> codes) {
        return codes.isEmpty() ? PullFilter.ALL : PullFilter.byTags(codes::contains);
    }
}
