package io.reliablemq.conformance.broker;

import io.reliablemq.conformance.port.Administration;
import java.time.Duration;

/**
 * A running name server and broker. Every delay level lasts {@link #delayOfLevel()}, so that retries come soon.
 */
public interface BrokerUnderTest {

    /** The delay levels of every broker under test: 18 of one second. */
    String DELAY_LEVELS = "1s ".repeat(17) + "1s";

    /** {@code host:port} of the name server. */
    String nameServers();

    /** The official administration tool, connected to it. */
    Administration administration();

    /** Creates a topic with this many queues; routes have it when this returns. */
    void createTopic(String topic, int queues);

    /** Waits until a topic that the broker makes by itself has a route. */
    void awaitTopic(String topic);

    /** Does what the broker needs before a brand-new group, so that its first retry is not late. */
    void prepareGroup(String group);

    /** How long the first retry of a brand-new group may take, its delay included. */
    Duration firstRetryBound();

    static Duration delayOfLevel() {
        return Duration.ofSeconds(1);
    }
}
