package io.reliablemq.client.api;

import java.nio.file.Path;
import java.time.Duration;

/**
 * Settings of {@link StoreAndForward}.
 *
 * @param folder of the journal, made if it is missing; one process at a time may use it
 * @param producer how the messages are sent: group, time-out, attempts
 * @param maxBytes of messages that may wait or be set aside; they are held in memory too (default 64 MiB)
 * @param firstPause before another attempt after all have failed; it doubles up to {@code longestPause} (default 1 s)
 * @param longestPause between two attempts (default 15 s)
 */
public record JournalSettings(
        Path folder, ProducerSettings producer, long maxBytes, Duration firstPause, Duration longestPause) {

    public JournalSettings {
        if (maxBytes < 1) {
            throw new IllegalArgumentException("maxBytes is " + maxBytes + "; it must be greater than 0");
        }
        if (firstPause.toMillis() < 1 || longestPause.compareTo(firstPause) < 0) {
            throw new IllegalArgumentException("The pauses are " + firstPause + " and " + longestPause
                    + "; the first must be at least 1 ms, and the longest at least as long");
        }
    }

    /** The defaults, with messages sent as by a producer of that group. */
    public static JournalSettings of(Path folder, String producerGroup) {
        return new JournalSettings(
                folder,
                ProducerSettings.of(producerGroup),
                64L * 1024 * 1024,
                Duration.ofSeconds(1),
                Duration.ofSeconds(15));
    }
}
