package io.reliablemq.broker.group;

import io.reliablemq.protocol.transport.Connection;
import java.util.List;

/** Learns that the members of a consumer group, or what they subscribe to, changed. Called without locks held. */
@FunctionalInterface
public interface GroupListener {

    /** @param members the connections of everybody who is a member now */
    void changed(String group, List<Connection> members);
}
