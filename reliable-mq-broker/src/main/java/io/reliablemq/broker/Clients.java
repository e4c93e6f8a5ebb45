package io.reliablemq.broker;

import io.reliablemq.broker.group.ClientSessions;
import io.reliablemq.broker.group.ConsumerGroups;
import io.reliablemq.protocol.command.Command;
import io.reliablemq.protocol.command.RequestCode;
import io.reliablemq.protocol.header.ConsumerGroupRequest;
import io.reliablemq.protocol.runtime.Clock;
import io.reliablemq.protocol.transport.Connection;
import java.util.List;

/** Who is connected. Outlasts a change of the broker's role, as the connections do. */
record Clients(ConsumerGroups groups, ClientSessions sessions) {

    static Clients none(Clock clock) {
        ConsumerGroups groups = new ConsumerGroups(Clients::tellMembers);
        return new Clients(groups, new ClientSessions(groups, clock));
    }

    private static void tellMembers(String group, List<Connection> members) {
        Command notice = Command.request(
                        RequestCode.NOTIFY_CONSUMER_IDS_CHANGED, new ConsumerGroupRequest(group).fields())
                .asOneWay();
        // A notice that does not arrive is made up for by the members' own rounds.
        members.forEach(member -> member.sendOneWay(notice));
    }
}
