package io.reliablemq.conformance;

import io.reliablemq.conformance.broker.ApacheBroker;
import io.reliablemq.conformance.broker.BrokerUnderTest;
import io.reliablemq.conformance.client.OurClientLibrary;
import io.reliablemq.conformance.port.ClientLibrary;

/** Our client on a broker that it will meet in production. */
class OurClientApacheBrokerConformanceIT extends ConformanceSuite {

    @Override
    ClientLibrary client() {
        return new OurClientLibrary();
    }

    @Override
    BrokerUnderTest broker() {
        return ApacheBroker.shared();
    }
}
