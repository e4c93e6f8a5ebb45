package io.reliablemq.broker.delivery;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The delays that a message can be given by number, counted from 1.
 *
 * @param delays delay of level 1, level 2, and so on
 */
public record DelayLevels(List<Duration> delays) {

    /** The levels of Apache RocketMQ. */
    public static final String DEFAULT_TEXT = "1s 5s 10s 30s 1m 2m 3m 4m 5m 6m 7m 8m 9m 10m 20m 30m 1h 2h";

    private static final Pattern DELAY = Pattern.compile("(\\d{1,9})(ms|s|m|h|d)");

    public DelayLevels {
        delays = List.copyOf(delays);
        if (delays.isEmpty()) {
            throw new IllegalArgumentException("There must be at least one delay level");
        }
    }

    /**
     * Reads delays such as {@code 500ms 1s 5m 2h 1d}, separated by blanks.
     *
     * @throws IllegalArgumentException naming the delay that cannot be read
     */
    public static DelayLevels parse(String text) {
        List<Duration> delays = new ArrayList<>();
        for (String word : text.trim().split("\\s+")) {
            delays.add(parseDelay(word));
        }
        return new DelayLevels(delays);
    }

    /** The highest level there is. */
    public int highest() {
        return delays.size();
    }

    /** The level itself, or the highest one if there is no such level. */
    public int atMost(int level) {
        return Math.min(level, highest());
    }

    /** @param level from 1 to {@link #highest()} */
    public Duration delay(int level) {
        return delays.get(level - 1);
    }

    private static Duration parseDelay(String word) {
        Matcher matcher = DELAY.matcher(word);
        if (!matcher.matches()) {
            throw new IllegalArgumentException(
                    "'" + word + "' is no delay; write a number and ms, s, m, h or d, for instance 30s");
        }
        long amount = Long.parseLong(matcher.group(1));
        return switch (matcher.group(2)) {
            case "ms" -> Duration.ofMillis(amount);
            case "s" -> Duration.ofSeconds(amount);
            case "m" -> Duration.ofMinutes(amount);
            case "h" -> Duration.ofHours(amount);
            default -> Duration.ofDays(amount);
        };
    }
}
