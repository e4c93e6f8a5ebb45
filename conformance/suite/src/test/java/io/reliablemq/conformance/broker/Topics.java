package io.reliablemq.conformance.broker;

import io.reliablemq.conformance.port.Administration;
import java.time.Duration;
import org.awaitility.Awaitility;

/** Creates topics, and waits until clients that ask for their routes get them. */
final class Topics {

    private static final Duration BOUND = Duration.ofSeconds(30);

    private Topics() {}

    static void create(Administration administration, String brokerAddress, String topic, int queues) {
        // The official tool gives a broker five seconds, which is little for one that many cases have just begun to
        // use.
        Awaitility.await("the topic " + topic)
                .atMost(BOUND)
                .pollInterval(Duration.ofMillis(200))
                .pollDelay(Duration.ZERO)
                .ignoreExceptions()
                .until(() -> {
                    administration.createTopic(brokerAddress, topic, queues);
                    return true;
                });
        await(administration, topic);
    }

    static void await(Administration administration, String topic) {
        Awaitility.await("the route of topic " + topic)
                .atMost(BOUND)
                .pollInterval(Duration.ofMillis(20))
                .until(() -> !administration.brokersOf(topic).isEmpty());
    }
}
