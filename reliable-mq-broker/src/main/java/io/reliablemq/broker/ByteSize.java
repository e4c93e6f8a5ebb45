package io.reliablemq.broker;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A number of bytes, as users write it: {@code 256MB}, {@code 64 KB}, {@code 1048576}. A unit is 1024 of the one before.
 *
 * @param bytes not negative
 */
record ByteSize(long bytes) {

    private static final String UNITS = "KMGT";
    private static final Pattern TEXT = Pattern.compile("(\\d{1,18})\\s*([" + UNITS + "])?B?");

    static ByteSize ofMegabytes(int megabytes) {
        return new ByteSize((long) megabytes << 20);
    }

    /** @throws IllegalArgumentException if the text is no size, or one beyond what a {@code long} holds */
    static ByteSize parse(String text) {
        Matcher matcher = TEXT.matcher(text.strip().toUpperCase(Locale.ROOT));
        if (!matcher.matches()) {
            throw new IllegalArgumentException("it must be a size, for instance 256MB");
        }
        int shift = matcher.group(2) == null ? 0 : 10 * (UNITS.indexOf(matcher.group(2)) + 1);
        long number = Long.parseLong(matcher.group(1));
        if (number > Long.MAX_VALUE >> shift) {
            throw new IllegalArgumentException("it is more than can be counted");
        }
        return new ByteSize(number << shift);
    }

    /** In the largest unit that leaves a whole number. */
    @Override
    public String toString() {
        int unit = 0;
        long number = bytes;
        while (unit < UNITS.length() && number >= 1024 && number % 1024 == 0) {
            number /= 1024;
            unit++;
        }
        return number + (unit == 0 ? "B" : UNITS.charAt(unit - 1) + "B");
    }
}
