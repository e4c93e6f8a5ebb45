package io.reliablemq.broker;

import io.reliablemq.broker.role.ActingRole;
import io.reliablemq.broker.role.BrokerRole;
import io.reliablemq.broker.role.Peers;
import io.reliablemq.broker.role.RoleFile;
import io.reliablemq.broker.role.RoleStatus;
import io.reliablemq.protocol.runtime.Clock;
import io.reliablemq.protocol.runtime.ErrorSink;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens the store at the start, in the role that is right.
 *
 * <p>A broker that was a master when it died may find that a slave was promoted since. It must learn that before it takes a
 * single message, and before it begins an epoch of its own. So it asks the name servers first, and the master that they name;
 * if that goes on where this broker's log ends, or if this log is empty, it is followed.
 */
record MasterAtStart(
        BrokerSettings settings,
        List<String> nameServers,
        Peers peers,
        OpenedStore.Opener opener,
        Clock clock,
        ErrorSink errors) {

    private static final Logger LOG = LoggerFactory.getLogger(Broker.class);

    /** The store, and the role that it is opened for. */
    record Opened(ActingRole role, OpenedStore store) {}

    Opened open(ActingRole role, RoleFile file) throws IOException {
        if (role.isMaster() && !settings.nameServers().isEmpty()) {
            RoleStatus rival = rival();
            if (rival != null) {
                return openBeside(rival, role, file);
            }
        }
        return new Opened(role, opener.open(settings, role.role(), clock, errors));
    }

    private Opened openBeside(RoleStatus rival, ActingRole role, RoleFile file) throws IOException {
        ActingRole slave =
                role.asSlaveOf(rival.address(), Math.max(1, rival.acting().vacatedId()));
        // As a slave's store, which begins no epoch.
        OpenedStore store = opener.open(settings, BrokerRole.SLAVE, clock, errors);
        boolean follows = false;
        try {
            RoleStatus own = Tenure.status(settings, "", slave, store);
            follows = own.isContinuedBy(rival);
            if (!follows) {
                tellWhy(own, rival);
            }
        } finally {
            if (!follows) {
                store.store().close();
            }
        }
        if (!follows) {
            return new Opened(role, opener.open(settings, role.role(), clock, errors));
        }
        LOG.warn(
                "The broker at {} is the master of {} now, so this broker, which is {} by its settings, becomes its slave. If"
                        + " it was meant to be another broker, give it a name of its own",
                rival.address(),
                settings.name(),
                role);
        file.write(slave);
        return new Opened(slave, store);
    }

    private void tellWhy(RoleStatus own, RoleStatus rival) {
        if (own.isRelatedTo(rival)) {
            LOG.warn(
                    "The broker at {} is a master of the name {}, too, and has come less far (at {}, against {} here): it gives"
                            + " way to this one",
                    rival.address(),
                    settings.name(),
                    rival.log(),
                    own.log());
        } else {
            LOG.error(
                    "The broker at {} is a master of the name {}, too, and its messages are others than those here: give one of"
                            + " the two a name of its own",
                    rival.address(),
                    settings.name());
        }
    }

    private @Nullable RoleStatus rival() {
        for (String address : peers.masters(nameServers, settings.name(), ownAddress())) {
            Optional<RoleStatus> answer = peers.ask(address);
            if (answer.isPresent()
                    && answer.get().isMaster()
                    && answer.get().brokerName().equals(settings.name())) {
                return answer.get();
            }
        }
        return null;
    }

    /** Where this broker will listen, as far as that is known. */
    private String ownAddress() {
        return settings.bindAddress().getHostAddress() + ":" + settings.listenPort();
    }
}
