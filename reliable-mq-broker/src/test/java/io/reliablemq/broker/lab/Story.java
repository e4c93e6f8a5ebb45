package io.reliablemq.broker.lab;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;

/** Things that happen one after the other, as chance wills; it fails with the first thing that must not be. */
interface Story {

    /** Gives a seed that is to be told again. */
    String SEED = "lab.seed";

    /** How long that story is to be. */
    String LENGTH = "lab.length";

    int LINES_SHOWN = 60;
    int MAX_LENGTH = 160;

    /** Lets so many things happen, and then stops and looks a last time. */
    void tell(int length) throws Exception;

    /** What has happened, line by line. */
    List<String> trace();

    /** Tells the story that starts with a seed; a failure says how to hear it again. */
    static void tell(Function<Random, Story> beginning, long seed, int length) {
        Story story = beginning.apply(new Random(seed));
        try {
            story.tell(length);
        } catch (Exception | AssertionError e) {
            List<String> trace = story.trace();
            List<String> shown = new ArrayList<>(trace.subList(Math.max(0, trace.size() - LINES_SHOWN), trace.size()));
            throw new AssertionError(
                    "%s%nAfter%n  %s%nRepeat with -D%s=%d -D%s=%d"
                            .formatted(e.getMessage(), String.join("\n  ", shown), SEED, seed, LENGTH, length),
                    e);
        }
    }

    /** Seeds: any, or the one to be told again. They do not shrink, since neighbours have nothing in common. */
    static Arbitrary<Long> seeds() {
        Long told = Long.getLong(SEED);
        return told == null ? Arbitraries.randomValue(Random::nextLong) : Arbitraries.just(told);
    }

    /** Lengths: any, so that a failing story is told again and again until it is as short as it can be. */
    static Arbitrary<Integer> lengths() {
        Integer told = Integer.getInteger(LENGTH);
        return told == null ? Arbitraries.integers().between(1, MAX_LENGTH) : Arbitraries.just(told);
    }
}
