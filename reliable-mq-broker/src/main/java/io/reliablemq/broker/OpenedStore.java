package io.reliablemq.broker;

import io.reliablemq.broker.role.BrokerRole;
import io.reliablemq.broker.store.CopiedLog;
import io.reliablemq.broker.store.LogMessageStore;
import io.reliablemq.broker.store.MessageStore;
import io.reliablemq.broker.store.ReplicatedLog;
import io.reliablemq.protocol.runtime.Clock;
import io.reliablemq.protocol.runtime.ErrorSink;
import java.io.IOException;
import java.util.function.LongConsumer;

/**
 * A store that is open.
 *
 * @param id name of the data folder
 * @param origins tells which messages the log holds copies of
 * @param feed the log, to be copied by slaves
 * @param copy the log of a slave, to be fetched from its master; used by a slave only
 */
record OpenedStore(MessageStore store, String id, Origins origins, ReplicatedLog feed, CopiedLog copy) {

    static OpenedStore of(LogMessageStore store) {
        return new OpenedStore(
                store,
                store.id(),
                (from, visitor) -> store.forEachOrigin(from, (origin, position) -> visitor.accept(origin)),
                store.feed(),
                store.copy());
    }

    /**
     * All that the log holds counts, since somebody has decided that this log is the one. Else nobody would see the last messages
     * before there is another slave. To be called before state is loaded, which may speak of them.
     */
    OpenedStore countedAsCommitted() {
        feed.decided(store.positions().written());
        return this;
    }

    /** Enough brokers have all that the log holds. To be called before state is loaded, as well. */
    OpenedStore countedAsReplicated() {
        feed.replicated(store.positions().written());
        return this;
    }

    /** Goes through the copies in the log. */
    @FunctionalInterface
    interface Origins {

        /** Calls the visitor with the position of every message whose copy stands at or behind the given position. */
        void forEach(long from, LongConsumer visitor) throws IOException;
    }

    /** Opens the store of a broker. */
    @FunctionalInterface
    interface Opener {

        OpenedStore open(BrokerSettings settings, BrokerRole role, Clock clock, ErrorSink errors) throws IOException;
    }
}
