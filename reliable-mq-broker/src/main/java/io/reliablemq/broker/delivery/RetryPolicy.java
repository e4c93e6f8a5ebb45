package io.reliablemq.broker.delivery;

/** Decides what becomes of a message that a consumer could not handle. */
public final class RetryPolicy {

    /** The first two levels are too short for a retry. */
    private static final int FIRST_RETRY_LEVEL = 3;

    private final DelayLevels levels;

    public RetryPolicy(DelayLevels levels) {
        this.levels = levels;
    }

    /**
     * What to do next.
     *
     * @param deadLetter whether the message goes to the dead letters
     * @param delayLevel else the level after which it is delivered again
     */
    public record Decision(boolean deadLetter, int delayLevel) {}

    /**
     * @param requestedLevel below 0: dead letter; 0: a level that grows with the attempts; else that level
     * @param reconsumeTimes how often the message was delivered again so far
     * @param maxReconsumeTimes how often it may be
     */
    public Decision decide(int requestedLevel, int reconsumeTimes, int maxReconsumeTimes) {
        if (requestedLevel < 0 || reconsumeTimes >= maxReconsumeTimes) {
            return new Decision(true, 0);
        }
        int level = requestedLevel > 0 ? requestedLevel : FIRST_RETRY_LEVEL + reconsumeTimes;
        return new Decision(false, levels.atMost(level));
    }
}
