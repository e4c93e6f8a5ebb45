package io.reliablemq.client.api;

/**
 * How much is fetched ahead of the listener. Pulling a queue pauses while one of the limits is reached; a single pull may go
 * beyond them by what it brings. The pulls of many queues ask for less, so that together they go beyond the limits of all queues by a
 * quarter, as long as that leaves each of them 32 messages and 32 KiB. A larger message comes whole, and Apache RocketMQ's broker
 * minds the number of messages alone.
 *
 * @param maxMessagesPerQueue messages held of one queue (default 1,000)
 * @param maxBytesPerQueue body bytes held of one queue (default 16 MiB)
 * @param maxMessages messages held of all queues together (default 100,000)
 * @param maxBytes body bytes held of all queues together (default 256 MiB)
 */
public record CacheLimits(int maxMessagesPerQueue, long maxBytesPerQueue, int maxMessages, long maxBytes) {

    public static final CacheLimits DEFAULT = new CacheLimits(1_000, 16L << 20, 100_000, 256L << 20);

    public CacheLimits {
        requirePositive("maxMessagesPerQueue", maxMessagesPerQueue);
        requirePositive("maxBytesPerQueue", maxBytesPerQueue);
        requirePositive("maxMessages", maxMessages);
        requirePositive("maxBytes", maxBytes);
    }

    private static void requirePositive(String name, long value) {
        if (value < 1) {
            throw new IllegalArgumentException(name + " is " + value + "; it must be at least 1");
        }
    }
}
