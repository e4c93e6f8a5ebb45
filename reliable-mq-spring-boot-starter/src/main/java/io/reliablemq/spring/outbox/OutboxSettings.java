package io.reliablemq.spring.outbox;

import java.time.Duration;

/**
 * Settings of the outbox.
 *
 * @param tablePrefix what the names of the three tables begin with, maybe with a schema before it
 * @param maxRows messages that may wait or be parked, before senders are refused; and sent ones that are kept
 * @param retention how long sent messages are kept, without their bodies; zero to delete them at once
 * @param relay settings of sending
 */
public record OutboxSettings(String tablePrefix, long maxRows, Duration retention, Relay relay) {

    /**
     * Settings of sending.
     *
     * @param pollInterval time between two looks for messages that other instances have taken down
     * @param lease how long an instance that is not heard of keeps its lanes
     * @param sendTimeout how long one send may take: none begins that might not end within the lease
     * @param maxInFlight messages on their way at once
     * @param firstPause before a message is sent again whose send has failed; it doubles up to {@code longestPause}
     * @param longestPause between two sends of a message
     */
    public record Relay(
            Duration pollInterval,
            Duration lease,
            Duration sendTimeout,
            int maxInFlight,
            Duration firstPause,
            Duration longestPause) {

        public Relay {
            if (lease.compareTo(sendTimeout.multipliedBy(2)) < 0) {
                throw new IllegalArgumentException(
                        "The lease is " + lease + "; it must be at least twice the time of a send, " + sendTimeout
                                + ", so that a send ends before another instance may repeat it");
            }
        }

        /** The pause behind this many failed sends of a message. */
        Duration pauseAfter(int attempts) {
            Duration pause = firstPause;
            for (int i = 1; i < attempts && pause.compareTo(longestPause) < 0; i++) {
                pause = pause.multipliedBy(2);
            }
            return pause.compareTo(longestPause) < 0 ? pause : longestPause;
        }
    }
}
