package io.reliablemq.conformance;

import io.reliablemq.conformance.broker.KillableBroker;
import java.nio.file.Path;

/** What our producer does while the only broker is out, which is one of ours. */
class BrokerOutOurBrokerConformanceIT extends BrokerOutSuite {

    @Override
    KillableBroker broker(Path where) {
        return KillableBroker.ours(where);
    }
}
