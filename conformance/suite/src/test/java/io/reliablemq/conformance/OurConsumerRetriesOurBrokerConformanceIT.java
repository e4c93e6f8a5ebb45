package io.reliablemq.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.reliablemq.client.api.ReceivedMessage;
import io.reliablemq.conformance.broker.BrokerUnderTest;
import io.reliablemq.conformance.broker.EmbeddedBroker;
import java.time.Duration;

/** What becomes of messages that fail in our consumers, on our broker. */
class OurConsumerRetriesOurBrokerConformanceIT extends OurConsumerRetriesSuite {

    @Override
    BrokerUnderTest broker() {
        return EmbeddedBroker.shared();
    }

    @Override
    void assertWaitedFor(Duration delay, Duration passed, ReceivedMessage second) {
        assertThat(passed).isGreaterThan(delay.minus(CLOCK_STEP));
    }
}
