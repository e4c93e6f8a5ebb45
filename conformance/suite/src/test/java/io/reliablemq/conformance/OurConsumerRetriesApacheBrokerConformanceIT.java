package io.reliablemq.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.reliablemq.client.api.ReceivedMessage;
import io.reliablemq.conformance.broker.ApacheBroker;
import io.reliablemq.conformance.broker.BrokerUnderTest;
import java.time.Duration;

/** What becomes of messages that fail in our consumers, on Apache RocketMQ. */
class OurConsumerRetriesApacheBrokerConformanceIT extends OurConsumerRetriesSuite {

    @Override
    BrokerUnderTest broker() {
        return ApacheBroker.shared();
    }

    /** It can wait for the times of its table alone: the next longer one, which is short here, is what it is asked for. */
    @Override
    void assertWaitedFor(Duration delay, Duration passed, ReceivedMessage second) {
        assertThat(second.property("DELAY")).isEqualTo("2");
        assertThat(passed).isGreaterThan(BrokerUnderTest.delayOfLevel().minus(CLOCK_STEP));
    }
}
