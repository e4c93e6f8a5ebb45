package io.reliablemq.conformance.crash;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a broker says in its log about the opening of its own.
 *
 * @param rebuilt ended segments that had to be indexed again
 */
record OpeningLine(boolean clean, long millis, int segments, int rebuilt, long records) {

    private static final Pattern LINE = Pattern.compile(
            "was opened (after a clean stop|after a stop that was not clean|empty) in (\\d+) ms: (\\d+) segments, of"
                    + " which (\\d+) had to be indexed again; (\\d+) records");

    /** @throws AssertionError if there is no such line in this output */
    static OpeningLine in(String output) {
        Matcher line = LINE.matcher(output);
        if (!line.find()) {
            throw new AssertionError("The broker did not say how it opened its log:\n" + output);
        }
        return new OpeningLine(
                line.group(1).equals("after a clean stop"),
                Long.parseLong(line.group(2)),
                Integer.parseInt(line.group(3)),
                Integer.parseInt(line.group(4)),
                Long.parseLong(line.group(5)));
    }
}
