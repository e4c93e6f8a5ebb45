package io.reliablemq.benchmarks.result;

/**
 * What was measured.
 *
 * @param scenario the work, for instance {@code send SYNC_FLUSH, 16 senders}
 * @param metric what of it, for instance {@code rate}
 * @param unit for instance {@code messages/s}
 */
public record Measure(String scenario, String metric, String unit) {

    /** The scenario of synchronous sends. */
    public static String send(String flushDiskType, int senders) {
        return "send " + flushDiskType + ", " + senders + (senders == 1 ? " sender" : " senders");
    }

    /** The scenario of asynchronous sends, so many of them under way at any time. */
    public static String asyncSend(String policy, int depth) {
        return "asynchronous send " + policy + ", depth " + depth;
    }

    /** The scenario of 64 synchronous senders over so many queues. */
    public static String queues(String flushDiskType, int queues) {
        return "send " + flushDiskType + ", " + queues + " queues";
    }

    /** The scenario of sends at a fixed rate to a waiting consumer. */
    public static String endToEnd(String flushDiskType, int rate) {
        return "end to end " + flushDiskType + ", " + rate + "/s";
    }

    public static Measure rate(String scenario) {
        return new Measure(scenario, "rate", "messages/s");
    }

    /** A latency. @param metric which, for instance {@code p50} */
    public static Measure latency(String scenario, String metric) {
        return new Measure(scenario, metric, "us");
    }

    public static Measure brokerTime(String scenario) {
        return new Measure(scenario, "broker's processor time a message", "us");
    }

    public static Measure clientTime(String scenario) {
        return new Measure(scenario, "client's processor time a message", "us");
    }

    public static final String BACKLOG = "catching up from a backlog";
    public static final String PROCESS = "process";
    public static final String IDLE = "idle, default JVM settings";
    public static final String BARE = "bare";

    public static final Measure IDLE_MEMORY = new Measure(IDLE, "resident memory", "MiB");
    public static final Measure IDLE_THREADS = new Measure(IDLE, "threads", "threads");
    public static final Measure SEQUENTIAL_WRITE = new Measure(BARE, "sequential write of 1 GiB", "MB/s");
    public static final Measure FRESH_SLAVE = new Measure("a new slave catches up", "rate", "MB/s");
    public static final Measure TWO_FILES = latency(BARE, "write + force of 1 KiB in two files side by side, p50");
    public static final Measure ROUND_TRIP = latency(BARE, "loopback round trip, p50");

    /** Write and force at depth 1. */
    public static Measure writeAndForce(int kibibytes) {
        return latency(BARE, "write + force of " + kibibytes + " KiB, p50");
    }
}
