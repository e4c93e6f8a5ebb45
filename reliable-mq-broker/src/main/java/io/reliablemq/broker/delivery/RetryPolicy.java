package io.reliablemq.broker.delivery;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Decides what becomes of a message that a consumer could not handle. Thread-safe. */
public final class RetryPolicy {

    /** The first two levels are too short for a retry. */
    private static final int FIRST_RETRY_LEVEL = 3;

    private final DelayLevels levels;
    private final OwnDelays ownDelays;

    public RetryPolicy(DelayLevels levels, OwnDelays ownDelays) {
        this.levels = levels;
        this.ownDelays = ownDelays;
    }

    /**
     * What to do next.
     *
     * @param deadLetter whether the message goes to the dead letters
     * @param delayLevel else the level after which it is delivered again
     * @param ownDelay the time after which it is delivered again instead; null for that of the level
     */
    public record Decision(
            boolean deadLetter, int delayLevel, @Nullable Duration ownDelay) {}

    /**
     * @param requestedLevel below 0: dead letter; 0: a level that grows with the attempts; else that level
     * @param requestedDelay what the group wants to wait, rather than a level; null if it wants a level. Where no message can
     *     wait for it, the level counts
     * @param reconsumeTimes how often the message was delivered again so far
     * @param maxReconsumeTimes how often it may be
     */
    public Decision decide(
            int requestedLevel, @Nullable Duration requestedDelay, int reconsumeTimes, int maxReconsumeTimes) {
        if (requestedLevel < 0 || reconsumeTimes >= maxReconsumeTimes) {
            return new Decision(true, 0, null);
        }
        int level = requestedLevel > 0 ? requestedLevel : FIRST_RETRY_LEVEL + reconsumeTimes;
        boolean isOwn = requestedDelay != null && ownDelays.admit(requestedDelay);
        return new Decision(false, levels.atMost(level), isOwn ? requestedDelay : null);
    }
}
