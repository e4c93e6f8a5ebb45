package io.reliablemq.conformance;

import io.reliablemq.conformance.broker.ApacheBroker;
import io.reliablemq.conformance.broker.BrokerUnderTest;
import io.reliablemq.conformance.client.OfficialPeer;
import io.reliablemq.conformance.port.ClientLibrary;

/** The reference: the suite must hold where nothing is ours, or it does not describe the protocol. */
class OfficialClientApacheBrokerConformanceIT extends ConformanceSuite {

    @Override
    ClientLibrary client() {
        return OfficialPeer.clientLibrary();
    }

    @Override
    BrokerUnderTest broker() {
        return ApacheBroker.shared();
    }
}
