package io.reliablemq.conformance;

import io.reliablemq.conformance.broker.ApacheBroker;
import io.reliablemq.conformance.broker.BrokerUnderTest;

/** Where our consumers begin, and how they are slowed, stopped and closed, on Apache RocketMQ. */
class OurConsumerControlApacheBrokerConformanceIT extends OurConsumerControlSuite {

    @Override
    BrokerUnderTest broker() {
        return ApacheBroker.shared();
    }
}
