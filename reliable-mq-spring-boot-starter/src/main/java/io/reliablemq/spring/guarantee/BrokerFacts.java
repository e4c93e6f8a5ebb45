package io.reliablemq.spring.guarantee;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What a broker says about itself. Null stands for what it does not say.
 *
 * @param name brokers of one name are a master and its slaves
 * @param id 0 for the master
 * @param address {@code host:port}
 * @param software which one it runs
 * @param problem why nothing is known about it; null if it answered
 */
public record BrokerFacts(
        String name,
        long id,
        String address,
        Software software,
        @Nullable String problem,
        @Nullable Flush flush,
        @Nullable Replication replication,
        @Nullable Retention retention,
        @Nullable Behaviour behaviour) {

    /** Whose broker it is. */
    public enum Software {
        RELIABLE_MQ,
        APACHE,
        UNKNOWN
    }

    /**
     * When the disk gets what is sent.
     *
     * @param synchronous before the answer
     * @param window how much time a power cut takes back otherwise; null if it does not say
     * @param quietWindow the same while little is written; null if that is no longer
     * @param transientPool whether it stays in the process's own memory first, so that the end of the process loses it too
     * @param timeout how long a send may wait for the disk; null if it does not say
     */
    public record Flush(
            boolean synchronous,
            @Nullable Duration window,
            @Nullable Duration quietWindow,
            boolean transientPool,
            @Nullable Duration timeout) {}

    /**
     * Who else has what is sent.
     *
     * @param role as the broker names it
     * @param needed how many brokers have a message before the answer, the master among them
     * @param lowersItself whether it waits for fewer where fewer are there
     * @param inSync how many have what the master has now, the master among them; null if it does not say
     * @param timeout how long a send may wait for them; null if it does not say
     */
    public record Replication(
            String role,
            int needed,
            boolean lowersItself,
            @Nullable Integer inSync,
            @Nullable Duration timeout) {}

    /**
     * How long messages are kept.
     *
     * @param age after which they may be deleted; zero for never; null if it does not say
     * @param deletesUnconsumed whether it deletes then what a group has not consumed
     * @param forced whether a filling disk has messages deleted before their time, consumed or not
     * @param deadLetterAge after which dead letters may be deleted; zero for never
     */
    public record Retention(
            @Nullable Duration age, boolean deletesUnconsumed, boolean forced, Duration deadLetterAge) {}

    /**
     * The rest that bears on messages.
     *
     * @param safeCopies whether retries, delayed messages and dead letters are as safe as what producers send
     * @param dropsLateTimers whether delayed messages are dropped after some failed attempts
     * @param unreplicatedReads whether consumers see what only the master has
     * @param createsTopics whether a send to an unknown topic makes it
     */
    public record Behaviour(
            boolean safeCopies, boolean dropsLateTimers, boolean unreplicatedReads, boolean createsTopics) {}

    /** A broker that could not be asked. */
    static BrokerFacts unanswered(String name, long id, String address, String problem) {
        return new BrokerFacts(name, id, address, Software.UNKNOWN, problem, null, null, null, null);
    }

    boolean isMaster() {
        return id == 0;
    }

    /** The name that reports call it by. */
    String subject() {
        return isMaster() ? name : name + " slave " + id;
    }
}
