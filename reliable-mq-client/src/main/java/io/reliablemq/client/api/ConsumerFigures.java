package io.reliablemq.client.api;

import java.time.Duration;

/**
 * A consumer in numbers, at one moment.
 *
 * @param queues that it receives from
 * @param cachedMessages fetched and not finished
 * @param cachedBytes their bodies
 * @param running messages or batches that listeners work on
 * @param waitingForBroker messages that failed and that their broker could not take back yet
 * @param stuck messages not finished for longer than {@link PushConsumerSettings#stuckAfter()}
 * @param oldest how long the oldest that is not finished has been here; zero if there is none
 * @param timedOut listeners that did not end in time, since the start
 */
public record ConsumerFigures(
        int queues,
        long cachedMessages,
        long cachedBytes,
        int running,
        int waitingForBroker,
        int stuck,
        Duration oldest,
        long timedOut) {}
