package io.reliablemq.broker;

import io.reliablemq.broker.role.ActingRole;
import io.reliablemq.broker.role.Peers;
import io.reliablemq.broker.role.RoleStatus;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds other masters of this broker's name, and gives way to one that has come further. For {@code rmq-role}, but for what
 * says otherwise.
 */
final class Rivals {

    private static final Logger LOG = LoggerFactory.getLogger(Broker.class);

    private final RoleChanges changes;
    private final Peers peers;

    /** There is another master of this name that has nothing to do with this one. */
    private volatile @Nullable String stranger;

    Rivals(RoleChanges changes, Peers peers) {
        this.changes = changes;
        this.peers = peers;
    }

    /** What is to be said of a broker that has this one's name by mistake; null if there is none. Any thread may ask. */
    @Nullable
    String stranger() {
        return stranger;
    }

    /** Asks the name servers for another master, and that one for what it has. */
    void look(List<String> nameServers) throws IOException {
        RoleStatus own = changes.status();
        if (!own.isMaster()) {
            return;
        }
        for (String address : peers.masters(nameServers, own.brokerName(), own.address())) {
            Optional<RoleStatus> rival = peers.ask(address, own);
            if (rival.isPresent() && rival.get().isRivalOf(own)) {
                meet(rival.get(), own);
                return;
            }
        }
        stranger = null;
    }

    private void meet(RoleStatus rival, RoleStatus own) throws IOException {
        if (own.givesWayTo(rival)) {
            giveWayTo(rival);
        } else if (!own.isRelatedTo(rival) && !rival.isRelatedTo(own) && stranger == null) {
            stranger = "The broker at " + rival.address() + " is a master of the name " + own.brokerName()
                    + ", too, and its messages are others than those here";
            LOG.error("{}. Give one of the two a name of its own", stranger);
        }
    }

    /** Whether a broker that says this about itself is to be asked. Any thread may call it. */
    boolean mayGiveWayTo(RoleStatus other, boolean isForced) {
        RoleStatus own = changes.status();
        return own.isMaster() && other.isRivalOf(own) && own.isRelatedTo(other) && (isForced || own.givesWayTo(other));
    }

    /** Anybody can say that it is a master; whether one listens at that address is asked there. */
    void confirm(RoleStatus claimed) throws IOException {
        RoleStatus own = changes.status();
        Optional<RoleStatus> rival = peers.ask(claimed.address(), own);
        if (rival.isPresent() && rival.get().isRivalOf(own)) {
            giveWayTo(rival.get());
        }
    }

    private void giveWayTo(RoleStatus successor) throws IOException {
        ActingRole role = changes.role();
        if (!role.isMaster()) {
            return;
        }
        LOG.warn(
                "The broker at {} is the master of this name from now on (at {}, against {} here): this broker becomes its"
                        + " slave",
                successor.address(),
                successor.log(),
                changes.status().log());
        changes.host().gate().hold(Tenure.BETWEEN_BROKERS);
        changes.host().tenure().stopAppends("This broker is no longer the master of its name");
        changes.follow(role.asSlaveOf(
                successor.address(), Math.max(1, successor.acting().vacatedId())));
    }
}
