package io.reliablemq.conformance;

import io.reliablemq.conformance.broker.BrokerUnderTest;
import io.reliablemq.conformance.broker.EmbeddedBroker;

/** What our producer offers, on our broker. */
class ProducingOurBrokerConformanceIT extends ProducingSuite {

    @Override
    BrokerUnderTest broker() {
        return EmbeddedBroker.shared();
    }
}
