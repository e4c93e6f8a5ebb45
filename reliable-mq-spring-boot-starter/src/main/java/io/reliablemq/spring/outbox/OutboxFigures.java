package io.reliablemq.spring.outbox;

import java.time.Duration;

/**
 * How the outbox is doing: the first three for the whole table, the others for this instance since it was started.
 *
 * @param waiting messages that are taken down and not sent
 * @param oldestWaiting age of the oldest of them; zero if none waits
 * @param parked messages that were refused for good
 * @param sent messages that a broker took
 * @param failedSends sends that failed and will be repeated
 * @param refused messages that were not taken down because the table was full
 * @param lanes lanes of 32 that this instance sends; all instances together have 32 within a lease, if any sends
 * @param problem why this instance sends nothing; empty if nothing is known to keep it from it
 */
public record OutboxFigures(
        long waiting,
        Duration oldestWaiting,
        long parked,
        long sent,
        long failedSends,
        long refused,
        int lanes,
        String problem) {}
