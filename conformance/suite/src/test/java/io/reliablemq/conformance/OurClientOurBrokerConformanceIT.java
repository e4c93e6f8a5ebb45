package io.reliablemq.conformance;

import io.reliablemq.conformance.broker.BrokerUnderTest;
import io.reliablemq.conformance.broker.EmbeddedBroker;
import io.reliablemq.conformance.client.OurClientLibrary;
import io.reliablemq.conformance.port.ClientLibrary;

/** Both sides ours: what holds with Apache RocketMQ holds without it. */
class OurClientOurBrokerConformanceIT extends ConformanceSuite {

    @Override
    ClientLibrary client() {
        return new OurClientLibrary();
    }

    @Override
    BrokerUnderTest broker() {
        return EmbeddedBroker.shared();
    }
}
