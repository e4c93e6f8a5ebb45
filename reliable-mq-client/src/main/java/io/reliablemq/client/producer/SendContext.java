package io.reliablemq.client.producer;

import io.reliablemq.client.agent.TaskLoop;
import io.reliablemq.client.route.Heartbeats;
import io.reliablemq.client.route.Remote;
import io.reliablemq.client.route.RouteTable;
import io.reliablemq.protocol.runtime.Clock;
import java.util.concurrent.Executor;

/**
 * What the producers of one client share.
 *
 * @param replies what waits for a reply
 * @param questions of brokers for transactions
 * @param callbacks where asynchronous sends are completed
 */
public record SendContext(
        RouteTable routes,
        Remote remote,
        BrokerHealth health,
        OrderedQueues orderedQueues,
        TargetQueues targetQueues,
        Heartbeats heartbeats,
        PendingReplies replies,
        TransactionQuestions questions,
        TaskLoop loop,
        Clock clock,
        Executor callbacks) {}
