package io.reliablemq.conformance;

import io.reliablemq.conformance.broker.ApacheBroker;
import io.reliablemq.conformance.broker.BrokerUnderTest;

/** Our consumers on Apache RocketMQ. */
class OurConsumerApacheBrokerConformanceIT extends OurConsumerSuite {

    @Override
    BrokerUnderTest broker() {
        return ApacheBroker.shared();
    }

    @Override
    boolean keepsWhyMessagesDied() {
        return false;
    }
}
