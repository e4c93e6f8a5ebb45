package io.reliablemq.conformance;

import io.reliablemq.conformance.broker.BrokerUnderTest;
import io.reliablemq.conformance.broker.EmbeddedBroker;
import io.reliablemq.conformance.client.OfficialPeer;
import io.reliablemq.conformance.port.ClientLibrary;

/** The unmodified official client on our broker. */
class OfficialClientOurBrokerConformanceIT extends ConformanceSuite {

    @Override
    ClientLibrary client() {
        return OfficialPeer.clientLibrary();
    }

    @Override
    BrokerUnderTest broker() {
        return EmbeddedBroker.shared();
    }
}
