package io.reliablemq.conformance;

import io.reliablemq.conformance.broker.BrokerUnderTest;
import io.reliablemq.conformance.broker.EmbeddedBroker;

/** Our consumers on our broker. */
class OurConsumerOurBrokerConformanceIT extends OurConsumerSuite {

    @Override
    BrokerUnderTest broker() {
        return EmbeddedBroker.shared();
    }
}
