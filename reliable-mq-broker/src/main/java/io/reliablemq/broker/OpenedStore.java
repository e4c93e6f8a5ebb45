package io.reliablemq.broker;

import io.reliablemq.broker.store.MessageStore;
import io.reliablemq.protocol.runtime.Clock;
import io.reliablemq.protocol.runtime.ErrorSink;
import java.io.IOException;
import java.util.function.LongConsumer;

/**
 * A store that is open.
 *
 * @param origins tells which messages the log holds copies of
 */
record OpenedStore(MessageStore store, Origins origins) {

    /** Goes through the copies in the log. */
    @FunctionalInterface
    interface Origins {

        /** Calls the visitor with the position of every message whose copy stands at or behind the given position. */
        void forEach(long from, LongConsumer visitor) throws IOException;
    }

    /** Opens the store of a broker. */
    @FunctionalInterface
    interface Opener {

        OpenedStore open(BrokerSettings settings, Clock clock, ErrorSink errors) throws IOException;
    }
}
