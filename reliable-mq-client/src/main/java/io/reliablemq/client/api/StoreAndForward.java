package io.reliablemq.client.api;

import io.reliablemq.protocol.message.Message;
import java.util.List;

/**
 * Keeps messages that no broker took in a journal on this machine's disk, and sends them when a broker takes them: those of one
 * ordering key in their order, and later ones of the key behind them. They survive a crash of the application, with their unique
 * ids: one whose answer was lost may be sent twice, which the broker of this project notices.
 *
 * <p>A message is flushed to the disk before its sender is told {@link SendStatus#ACCEPTED_LOCALLY}. Where the journal is full or
 * its disk fails, the sender gets the failure. Messages that a broker refuses for what they are do not go into the journal; one
 * that is refused so later is set aside. A delay counts from when the broker takes the message, a time of delivery stays as it is.
 * Messages to a chosen queue do not go into the journal. Thread-safe.
 */
public interface StoreAndForward extends SendFailureHandler, AutoCloseable {

    /** How many messages wait to be sent. */
    int waiting();

    /** Bytes of those messages; {@link JournalSettings#maxBytes()} bounds them, together with what was set aside. */
    long waitingBytes();

    /**
     * Messages that were set aside because a broker refused them for what they are, oldest first. They stay in the journal, and
     * take room there, until they are {@linkplain #discardRejected discarded}.
     */
    List<Message> rejected();

    /**
     * Lets go of a message that was set aside, and of the room that it takes.
     *
     * @param message out of {@link #rejected()}
     * @return false if it is not one of those
     */
    boolean discardRejected(Message message);

    /** Why the journal takes no more messages; empty while it does. */
    String problem();

    /** Stops sending. What waits is sent after the next start. */
    @Override
    void close();
}
