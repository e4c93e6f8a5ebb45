package io.reliablemq.conformance;

import io.reliablemq.conformance.broker.BrokerUnderTest;
import io.reliablemq.conformance.broker.EmbeddedBroker;

/** Where our consumers begin, and how they are slowed, stopped and closed, on our broker. */
class OurConsumerControlOurBrokerConformanceIT extends OurConsumerControlSuite {

    @Override
    BrokerUnderTest broker() {
        return EmbeddedBroker.shared();
    }
}
