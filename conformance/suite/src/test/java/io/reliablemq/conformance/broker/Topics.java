package io.reliablemq.conformance.broker;

import static org.awaitility.Awaitility.await;

import io.reliablemq.conformance.port.Administration;
import java.time.Duration;

/** Creates topics, and waits until clients that ask for their routes get them. */
final class Topics {

    private Topics() {}

    static void create(Administration administration, String brokerAddress, String topic, int queues) {
        int before = administration.brokersOf(topic).size();
        administration.createTopic(brokerAddress, topic, queues);
        await("the route of topic " + topic)
                .atMost(Duration.ofSeconds(30))
                .pollInterval(Duration.ofMillis(20))
                .until(() -> administration.brokersOf(topic).size() > before);
    }
}
