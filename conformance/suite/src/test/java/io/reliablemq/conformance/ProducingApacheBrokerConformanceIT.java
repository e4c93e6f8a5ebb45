package io.reliablemq.conformance;

import io.reliablemq.conformance.broker.ApacheBroker;
import io.reliablemq.conformance.broker.BrokerUnderTest;

/** What our producer offers, on Apache RocketMQ. */
class ProducingApacheBrokerConformanceIT extends ProducingSuite {

    @Override
    BrokerUnderTest broker() {
        return ApacheBroker.shared();
    }
}
