package io.reliablemq.client.producer;

import io.reliablemq.client.route.PublishRoute;
import io.reliablemq.protocol.route.BrokerAddresses;
import io.reliablemq.protocol.route.Permission;
import io.reliablemq.protocol.route.QueueAccess;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * A queue that can be sent to.
 *
 * @param address of the broker's master
 */
record TargetQueue(String brokerName, String address, int queueId) {

    /**
     * The writable queues on all masters. Neighbours in the list are on different brokers as far as possible, so that
     * one broker after the other gets its turn.
     *
     * @param newTopicQueues queues that a topic has which does not exist yet, at the most
     */
    static List<TargetQueue> of(PublishRoute published, int newTopicQueues) {
        List<TargetQueue> targets = new ArrayList<>();
        for (QueueAccess access : published.route().queues()) {
            BrokerAddresses broker = published.route().broker(access.brokerName());
            String master = broker == null ? null : broker.master();
            if (master != null && Permission.canWrite(access.permission())) {
                int queues =
                        published.inherited() ? Math.min(newTopicQueues, access.readQueues()) : access.writeQueues();
                for (int id = 0; id < queues; id++) {
                    targets.add(new TargetQueue(access.brokerName(), master, id));
                }
            }
        }
        targets.sort(Comparator.comparingInt(TargetQueue::queueId).thenComparing(TargetQueue::brokerName));
        return targets;
    }
}
