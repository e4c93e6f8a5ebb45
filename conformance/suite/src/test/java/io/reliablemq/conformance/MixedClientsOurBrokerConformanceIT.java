package io.reliablemq.conformance;

import io.reliablemq.conformance.broker.BrokerUnderTest;
import io.reliablemq.conformance.broker.EmbeddedBroker;

/** Both clients together on our broker. */
class MixedClientsOurBrokerConformanceIT extends MixedClientsSuite {

    @Override
    BrokerUnderTest broker() {
        return EmbeddedBroker.shared();
    }
}
