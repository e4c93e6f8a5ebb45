package io.reliablemq.conformance;

import io.reliablemq.conformance.broker.ApacheBroker;
import io.reliablemq.conformance.broker.BrokerUnderTest;

/** Both clients together on Apache RocketMQ. */
class MixedClientsApacheBrokerConformanceIT extends MixedClientsSuite {

    @Override
    BrokerUnderTest broker() {
        return ApacheBroker.shared();
    }
}
