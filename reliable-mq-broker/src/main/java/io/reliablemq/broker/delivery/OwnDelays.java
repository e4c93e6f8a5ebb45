package io.reliablemq.broker.delivery;

import io.reliablemq.broker.store.QueueKey;
import io.reliablemq.protocol.message.Names;
import java.time.Duration;
import java.util.Collection;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Delays of retries that are no level. Each has a queue of the schedule of its own, within which messages are due in the
 * order of the queue, as within a level; the number of the queue tells the delay, so that nothing else has to be kept.
 *
 * <p>Thread-safe. Delays are known from the first message that waits for them on; those of messages in the log are known
 * again after a start.
 */
public final class OwnDelays {

    /** A longer one is left to the levels. */
    public static final Duration LONGEST = Duration.ofDays(1);

    /** Groups have lists of a few delays each; a client that makes up new ones all the time must not fill the schedule. */
    static final int MOST = 256;

    /** Far behind the levels. */
    private static final int FIRST_QUEUE = 1_000_000;

    private final Set<Integer> queueIds = ConcurrentHashMap.newKeySet();

    /**
     * Whether messages can wait for this delay: it is one that is known, or there is room for another.
     *
     * @param delay in whole milliseconds
     */
    boolean admit(Duration delay) {
        if (delay.toMillis() <= 0 || delay.compareTo(LONGEST) > 0) {
            return false;
        }
        int queueId = queueId(delay);
        if (queueIds.contains(queueId)) {
            return true;
        }
        // Two threads may both find room for the last one; a few more do no harm.
        return queueIds.size() < MOST && queueIds.add(queueId);
    }

    /** A message waits in this queue; if it is one of the schedule for a delay of its own, that is known from now on. */
    public void arrivedIn(QueueKey queue) {
        if (isOwn(queue)) {
            queueIds.add(queue.queueId());
        }
    }

    Collection<Integer> queueIds() {
        return queueIds;
    }

    /** Whether what waits there waits for a delay that is no level. */
    static boolean isOwn(QueueKey queue) {
        return queue.topic().equals(Names.SCHEDULE_TOPIC) && queue.queueId() >= FIRST_QUEUE;
    }

    static int queueId(Duration delay) {
        return Math.toIntExact(FIRST_QUEUE + delay.toMillis());
    }

    static Duration delay(int queueId) {
        return Duration.ofMillis(queueId - FIRST_QUEUE);
    }
}
