package io.reliablemq.benchmarks.result;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A figure that we set ourselves as a mark, beside what was measured.
 *
 * @param wanted the bound
 * @param atLeast whether the bound is the least or the most
 * @param measured the median over the rounds; empty if this run did not measure it
 */
public record Mark(String name, double wanted, boolean atLeast, Optional<Double> measured) {

    /** Our single-sender median may take this many times what the machine takes for the same. */
    private static final double OVER_BARE = 2;

    /** Asynchronous sends under way. */
    public static final int ASYNC_DEPTH = 1_000;

    private static final int FEW_QUEUES = 8;
    private static final int MANY_QUEUES = 10_000;

    public boolean isMet() {
        return measured.filter(value -> atLeast ? value >= wanted : value < wanted)
                .isPresent();
    }

    public String verdict() {
        return measured.isEmpty() ? "not measured" : isMet() ? "met" : "missed";
    }

    public static List<Mark> of(Readings readings) {
        List<Mark> marks = new ArrayList<>();
        for (int senders : new int[] {1, 16, 64}) {
            marks.add(ratio(readings, Measure.rate(Measure.send("SYNC_FLUSH", senders)), 3));
        }
        for (int senders : new int[] {1, 16, 64}) {
            marks.add(ratio(readings, Measure.rate(Measure.send("STRICT", senders)), 3));
        }
        marks.add(overSingle(readings));
        marks.add(freshSlave(readings));
        marks.add(ratio(readings, Measure.rate(Measure.send("ASYNC_FLUSH", 64)), 2));
        marks.add(ratio(readings, Measure.rate(Measure.BACKLOG), 2));
        clients(readings, marks);
        marks.add(manyQueues(readings));
        marks.add(overBare(readings));
        marks.add(most(readings, Measure.IDLE_MEMORY, 200));
        marks.add(most(readings, Measure.IDLE_THREADS, 40));
        return marks;
    }

    private static Mark ratio(Readings readings, Measure measure, double wanted) {
        return new Mark(
                measure.scenario() + ": rate over Apache's",
                wanted,
                true,
                readings.ratio(measure, Subject.OURS_OFFICIAL_CLIENT, Subject.APACHE)
                        .map(Spread::median));
    }

    /** Our client over the official one, both on the same broker. */
    private static void clients(Readings readings, List<Mark> marks) {
        for (Measure measure :
                List.of(Measure.rate(Measure.asyncSend("SYNC_FLUSH", ASYNC_DEPTH)), Measure.rate(Measure.BACKLOG))) {
            marks.add(client(readings, measure, "our broker", Subject.OURS, Subject.OURS_OFFICIAL_CLIENT));
            marks.add(client(readings, measure, "Apache's broker", Subject.APACHE_OWN_CLIENT, Subject.APACHE));
        }
    }

    private static Mark client(Readings readings, Measure measure, String broker, Subject ours, Subject official) {
        return new Mark(
                measure.scenario() + ", " + broker + ": our client's rate over the official one's",
                1.5,
                true,
                readings.ratio(measure, ours, official).map(Spread::median));
    }

    private static Mark manyQueues(Readings readings) {
        Measure many = Measure.rate(Measure.queues("SYNC_FLUSH", MANY_QUEUES));
        Measure few = Measure.rate(Measure.queues("SYNC_FLUSH", FEW_QUEUES));
        return new Mark(
                many.scenario() + ": rate over that of " + FEW_QUEUES,
                0.75,
                true,
                readings.ratio(many, few, Subject.OURS_OFFICIAL_CLIENT).map(Spread::median));
    }

    private static Mark most(Readings readings, Measure measure, double wanted) {
        return new Mark(
                measure.scenario() + ": " + measure.metric() + ", " + measure.unit(),
                wanted,
                false,
                readings.spread(measure, Subject.OURS).map(Spread::median));
    }

    /** The strict policy waits for the longer of two forces, and for one more way over the network. */
    private static Mark overSingle(Readings readings) {
        Measure strict = Measure.latency(Measure.send("STRICT", 1), "p50");
        Measure single = Measure.latency(Measure.send("SYNC_FLUSH", 1), "p50");
        return new Mark(
                strict.scenario() + ": our client's p50 over that of one broker under SYNC_FLUSH",
                1.6,
                false,
                readings.ratio(strict, single, Subject.OURS).map(Spread::median));
    }

    /** 200 MB/s, or 60 % of what the disk writes, whichever is less. */
    private static Mark freshSlave(Readings readings) {
        double disk = readings.spread(Measure.SEQUENTIAL_WRITE, Subject.BARE)
                .map(Spread::median)
                .orElse(Double.MAX_VALUE);
        return new Mark(
                Measure.FRESH_SLAVE.scenario() + ": MB/s",
                Math.min(200, 0.6 * disk),
                true,
                readings.spread(Measure.FRESH_SLAVE, Subject.OURS).map(Spread::median));
    }

    private static Mark overBare(Readings readings) {
        Optional<Double> force =
                readings.spread(Measure.writeAndForce(1), Subject.BARE).map(Spread::median);
        Optional<Double> roundTrip =
                readings.spread(Measure.ROUND_TRIP, Subject.BARE).map(Spread::median);
        Measure send = Measure.latency(Measure.send("SYNC_FLUSH", 1), "p50");
        Optional<Double> ours = readings.spread(send, Subject.OURS).map(Spread::median);
        return new Mark(
                send.scenario() + ": our client's p50 over bare write + force + round trip",
                OVER_BARE,
                false,
                force.flatMap(disk -> roundTrip.flatMap(net -> ours.map(value -> value / (disk + net)))));
    }
}
