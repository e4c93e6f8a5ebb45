package io.reliablemq.broker;

import io.reliablemq.broker.role.Peers;
import io.reliablemq.broker.role.RoleStatus;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds the master of a slave by what the brokers of its name say: a new master tells all that it knows of, and a broker that
 * is none any more names the one that it follows. Whatever is said is a hint, and counts once the one that is meant has said so
 * itself, and its log goes on where this one ends. Hints of brokers that this slave does not follow count only if both logs have
 * an epoch in common: any log goes on where an empty one ends.
 *
 * <p>For {@code rmq-role}, but for what says otherwise.
 */
final class MasterSearch {

    private static final Logger LOG = LoggerFactory.getLogger(Broker.class);

    /** Of brokers that each name another one. */
    private static final int MOST_STEPS = 3;

    private final RoleChanges changes;
    private final Peers peers;
    private final RoleThread thread;
    private final @Nullable String configured;

    private volatile @Nullable Found found;

    /** @param toldBefore the master by the name servers at that time; what they say later is newer */
    private record Found(String address, @Nullable String toldBefore) {}

    /** @param configured the setting {@code master-address}; null if there is none */
    MasterSearch(RoleChanges changes, Peers peers, RoleThread thread, @Nullable String configured) {
        this.changes = changes;
        this.peers = peers;
        this.thread = thread;
        this.configured = configured;
    }

    /**
     * Where the master is by the brokers of this name; null if they said nothing, or the name servers something newer. Any thread
     * may ask.
     *
     * @param told the master by the name servers; null if they know none, or are not to be heard
     */
    @Nullable
    String address(@Nullable String told) {
        Found known = found;
        if (known == null || told != null && !told.equals(known.toldBefore())) {
            return null;
        }
        return known.address();
    }

    /** This broker is a master, and looks for none. */
    void end() {
        found = null;
    }

    /** A broker that asked said this about itself. Any thread may call it. */
    void heardOf(RoleStatus other) {
        RoleStatus own = changes.status();
        if (!own.isMaster() && own.mayFollow(other) && own.sharesAnEpochWith(other)) {
            thread.later(() -> new Round().consider(other.address(), true));
        }
    }

    /** As long as this slave follows no master, asks where it should be for another one, and then the name servers. */
    void look() {
        Tenure tenure = changes.host().tenure();
        if (tenure.role().isMaster() || tenure.isFollowing()) {
            return;
        }
        String address = tenure.masterAddress();
        Round round = new Round();
        boolean isThere = address != null && round.consider(address, false)
                || configured != null && !configured.equals(address) && round.consider(configured, false)
                || round.considerMasters();
        // One that is only silent may be back: without it, nobody may know the way to it.
        if (!isThere && (address == null || round.hasAnswered(address) || round.hasMetAMaster())) {
            found = null;
        }
    }

    /** Whether this slave goes over to a master that the name servers know. */
    boolean findsAnother() {
        return new Round().considerMasters();
    }

    private List<String> masters() {
        RoleStatus own = changes.status();
        return peers.masters(changes.host().nameServers(), own.brokerName(), own.address());
    }

    /** What brokers say at one time. One that is silent takes a while to be so, and is not asked again. */
    private final class Round {

        private final Map<String, Optional<RoleStatus>> answers = new HashMap<>();

        private Optional<RoleStatus> ask(String address) {
            return answers.computeIfAbsent(address, peers::ask);
        }

        boolean hasAnswered(String address) {
            return ask(address).isPresent();
        }

        boolean hasMetAMaster() {
            return answers.values().stream().flatMap(Optional::stream).anyMatch(RoleStatus::isMaster);
        }

        boolean considerMasters() {
            return masters().stream().anyMatch(master -> consider(master, true));
        }

        /**
         * @param isForeign whether this slave has not followed whoever is there
         * @return whether the master was found, starting there
         */
        boolean consider(String first, boolean isForeign) {
            String address = first;
            for (int step = 0; step < MOST_STEPS && address != null; step++) {
                RoleStatus there = ask(address).orElse(null);
                if (there == null) {
                    return false;
                }
                if (there.isMaster()) {
                    return accept(address, there, isForeign);
                }
                address = there.acting().masterAddress();
            }
            return false;
        }

        private boolean accept(String address, RoleStatus master, boolean isForeign) {
            Tenure tenure = changes.host().tenure();
            RoleStatus own = tenure.status();
            String current = tenure.masterAddress();
            if (own.isMaster() || !own.mayFollow(master) || isForeign && !own.sharesAnEpochWith(master)) {
                return false;
            }
            if (address.equals(current)) {
                return true;
            }
            if (current != null && staysMaster(current, master)) {
                return false;
            }
            LOG.info("The master is at {} ({}); until now it was {}", address, master.log(), current);
            found = new Found(address, tenure.toldMasterAddress());
            tenure.masterMoved();
            return true;
        }

        /** Whether the present master goes on beside the other one, which then is not it. */
        private boolean staysMaster(String current, RoleStatus other) {
            Optional<RoleStatus> there = ask(current);
            return there.isPresent()
                    && there.get().isMaster()
                    && there.get().brokerName().equals(other.brokerName())
                    && !there.get().givesWayTo(other);
        }
    }
}
