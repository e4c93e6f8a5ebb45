package io.reliablemq.broker.accounting;

import io.reliablemq.broker.store.MessageStore;
import io.reliablemq.broker.store.QueueKey;
import io.reliablemq.broker.store.UnreadableMessageException;
import io.reliablemq.protocol.message.StoredMessage;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads that the disk fails. Each is tried again by the next settlements, and counts as damage when it has failed too often:
 * what the disk never gives must not keep the accounts, and with them retention, where they are. Guarded by the lock of
 * {@link LossAccounts}.
 */
final class FailedReads {

    private static final int MAX_FAILURES = 60;

    private final MessageStore store;
    private final Map<Place, Integer> failures = new HashMap<>();

    /** Whether a read of this settlement has failed for good; others then need not be waited for one after the other. */
    private boolean gaveUp;

    /** What is read: an entry of a queue, or where there is none, a position of the log. */
    private record Place(@Nullable QueueKey queue, long at) {}

    FailedReads(MessageStore store) {
        this.store = store;
    }

    /**
     * Reads an entry of a queue.
     *
     * @return null if nothing stands there any more
     * @throws DamagedException if it is damaged, or has failed for good
     * @throws IOException if it is worth trying again
     */
    @Nullable
    StoredMessage read(QueueKey queue, long offset) throws IOException, DamagedException {
        Place place = new Place(queue, offset);
        try {
            StoredMessage message = store.readAt(queue, offset);
            failures.remove(place);
            return message;
        } catch (UnreadableMessageException e) {
            throwUnlessForGood(place, e);
            throw new DamagedException(e.position());
        }
    }

    /** An entry of a queue cannot be read, which is no reason to wait. */
    static final class DamagedException extends Exception {

        private final long position;

        private DamagedException(long position) {
            super(null, null, false, false);
            this.position = position;
        }

        long position() {
            return position;
        }
    }

    /**
     * Reads what a copy names as its origin.
     *
     * @return null if it names none, or that cannot be read any more
     * @throws IOException if it is worth trying again
     */
    @Nullable
    StoredMessage original(long position) throws IOException {
        if (position < 0) {
            return null;
        }
        Place place = new Place(null, position);
        try {
            StoredMessage message = store.readAt(position);
            failures.remove(place);
            return message;
        } catch (UnreadableMessageException e) {
            throwUnlessForGood(place, e);
            return null;
        }
    }

    private void throwUnlessForGood(Place place, UnreadableMessageException failure) throws IOException {
        boolean diskFailed = failure.getCause() instanceof IOException;
        if (diskFailed && !gaveUp && failures.merge(place, 1, Integer::sum) < MAX_FAILURES) {
            throw failure;
        }
        failures.remove(place);
        gaveUp |= diskFailed;
    }

    /** All that the log held was counted. */
    void settled() {
        gaveUp = false;
    }
}
