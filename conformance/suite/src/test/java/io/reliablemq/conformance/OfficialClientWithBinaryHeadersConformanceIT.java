package io.reliablemq.conformance;

import io.reliablemq.conformance.broker.BrokerUnderTest;
import io.reliablemq.conformance.broker.EmbeddedBroker;
import io.reliablemq.conformance.client.OfficialPeer;
import io.reliablemq.conformance.port.ClientLibrary;

/** The official client on our broker, with the protocol's other form of headers. */
class OfficialClientWithBinaryHeadersConformanceIT extends ConformanceSuite {

    @Override
    ClientLibrary client() {
        return OfficialPeer.clientLibraryWithBinaryHeaders();
    }

    @Override
    BrokerUnderTest broker() {
        return EmbeddedBroker.shared();
    }
}
