package io.reliablemq.client.api;

import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/**
 * Asks name servers and brokers about themselves. Thread-safe; every answer is there within the client's request time-out,
 * or its future has failed by then. Futures may complete on a network thread: what depends on them must not block.
 */
public interface ClusterQueries {

    /**
     * A broker that a name server knows.
     *
     * @param name brokers of one name are a master and its slaves
     * @param id 0 for the master
     * @param address {@code host:port}
     */
    record BrokerNode(String cluster, String name, long id, String address) {

        public boolean isMaster() {
            return id == 0;
        }

        @Override
        public String toString() {
            return name + (isMaster() ? "" : " slave " + id) + " (" + address + ")";
        }
    }

    /**
     * All brokers that any of the name servers knows, by name and id. Fails only if none of the name servers answers.
     */
    CompletableFuture<List<BrokerNode>> brokers();

    /** Whether nothing is known that keeps requests from the broker; asks nobody. */
    boolean isReachable(BrokerNode broker);

    /**
     * How a broker says that it is set, by the names of its own settings. Fails where it does not answer, or refuses to
     * tell: a broker with access control tells administrators only.
     */
    CompletableFuture<Map<String, String>> configuration(BrokerNode broker);

    /** What a broker counts about itself, by its own names. Fails as {@link #configuration} does. */
    CompletableFuture<Map<String, String>> runtime(BrokerNode broker);

    /**
     * How many retry queues a broker has for a group. One of Apache RocketMQ that has none answers that it has taken a failed message
     * back, and drops it. Fails as {@link #configuration} does, and where the broker does not know the group, or the question.
     */
    CompletableFuture<Integer> retryQueues(BrokerNode broker, String group);
}
