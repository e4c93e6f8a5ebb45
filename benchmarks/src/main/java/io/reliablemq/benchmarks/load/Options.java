package io.reliablemq.benchmarks.load;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * What a run does. Each is given as {@code --name value}; the form sets the rest, and what is given beside it wins.
 *
 * @param rounds how often each broker has its turn
 * @param senders how many threads send at once, one step each
 * @param flush the policies, one turn each: the two of flushing, and the strict one with a slave
 * @param warmUp of each client before its first measured step
 * @param measure length of a measured step of sends
 * @param rates messages a second of the steps with a fixed rate
 * @param rateWarmUp how long such a rate is driven before it counts
 * @param rateTime length of such a step
 * @param backlog messages that a consumer catches up with; 0 for none
 * @param slaveLogMiB how much log a new slave finds at its master, at least
 * @param slowRounds how many of the rounds, the first ones, have the steps that take long: fixed rates, backlog, new slave
 * @param manyQueues in all, of the step that compares many queues with few; 0 for none
 * @param heap of both brokers
 * @param flushInterval of both brokers under {@code ASYNC_FLUSH}
 * @param idle how long a broker is left alone before its memory is read
 * @param peer whether Apache RocketMQ takes part; without it a run shows where our own time goes
 * @param async whether there is a step of asynchronous sends
 * @param ownOnPeer whether our client drives Apache's broker too
 * @param ceiling whether a broker without a store takes part, which shows what the client leaves to any broker
 * @param flightRecord whether our broker's process is recorded with JFR, into the output folder
 */
record Options(
        String form,
        int rounds,
        List<Integer> senders,
        List<String> flush,
        Duration warmUp,
        Duration measure,
        List<Integer> rates,
        Duration rateWarmUp,
        Duration rateTime,
        int backlog,
        int slaveLogMiB,
        int slowRounds,
        int queues,
        int manyQueues,
        int messageBytes,
        String heap,
        Duration flushInterval,
        Duration idle,
        boolean flightRecord,
        boolean peer,
        boolean async,
        boolean ownOnPeer,
        boolean ceiling,
        Path dataFolder,
        Path outputFolder,
        Path peerLib,
        Path brokerJar) {

    /** Everything, for as long as it needs. */
    private static final Map<String, String> LONG = Map.ofEntries(
            Map.entry("rounds", "3"),
            Map.entry("senders", "1,16,64,256"),
            Map.entry("flush", "SYNC_FLUSH,STRICT,ASYNC_FLUSH"),
            Map.entry("warm-up", "30s"),
            Map.entry("measure", "10s"),
            Map.entry("rates", "1000,5000"),
            Map.entry("rate-warm-up", "5s"),
            Map.entry("rate-time", "20s"),
            Map.entry("backlog", "1000000"),
            // Some 20 s of copying: for the first of them the compilers of both JVMs take the time of one processor.
            Map.entry("slave-log", "4096"),
            Map.entry("slow-rounds", "3"),
            Map.entry("queues", "8"),
            Map.entry("many-queues", "10000"),
            Map.entry("message-bytes", "1024"),
            Map.entry("heap", "1g"),
            Map.entry("flush-interval", "10ms"),
            Map.entry("idle", "10s"),
            Map.entry("jfr", "false"),
            Map.entry("peer", "true"),
            Map.entry("async", "true"),
            Map.entry("own-on-peer", "true"),
            Map.entry("ceiling", "true"));

    /** What the marks are about, within three quarters of an hour. */
    private static final Map<String, String> FULL = Map.ofEntries(
            // For about 15 s the compilers of both JVMs take the time of one processor.
            Map.entry("warm-up", "25s"),
            Map.entry("measure", "3500ms"),
            Map.entry("rate-time", "8s"),
            Map.entry("slow-rounds", "1"),
            Map.entry("many-queues", "0"),
            Map.entry("async", "false"),
            Map.entry("own-on-peer", "false"),
            Map.entry("idle", "3s"));

    /** Shows that all works, and roughly where we are: too short for the compilers of the JVMs to have settled. */
    private static final Map<String, String> SHORT = Map.ofEntries(
            Map.entry("rounds", "1"),
            Map.entry("senders", "1,64"),
            Map.entry("flush", "SYNC_FLUSH,ASYNC_FLUSH"),
            Map.entry("warm-up", "1s"),
            Map.entry("measure", "1s"),
            Map.entry("rates", "1000"),
            Map.entry("rate-warm-up", "1s"),
            Map.entry("rate-time", "1s"),
            Map.entry("backlog", "10000"),
            Map.entry("slave-log", "16"),
            Map.entry("many-queues", "0"),
            Map.entry("async", "false"),
            Map.entry("own-on-peer", "false"),
            Map.entry("ceiling", "false"),
            Map.entry("idle", "2s"));

    /**
     * @param home the folder that the driver's jar was built into
     * @throws IllegalArgumentException in words for the user
     */
    static Options parse(String[] arguments, Path home) {
        Map<String, String> given = pairs(arguments);
        String form = given.getOrDefault("form", "full");
        Map<String, String> values = new LinkedHashMap<>(LONG);
        switch (form) {
            case "long" -> {}
            case "full" -> values.putAll(FULL);
            case "short" -> values.putAll(SHORT);
            default -> throw new IllegalArgumentException("--form is '" + form + "'; it must be short, full or long");
        }
        Map<String, Path> folders = Map.of(
                "data-dir", home.resolve("load-data"),
                "output-dir", home.resolve("results"),
                "peer-lib", home.resolve("../../conformance/apache-peer/target/peer-lib"),
                "broker-jar", home.resolve("../../reliable-mq-broker/target/reliable-mq-broker-exec.jar"));
        folders.forEach((name, path) -> values.put(name, path.toString()));
        values.put("form", form);
        given.forEach((name, value) -> {
            if (values.replace(name, value) == null) {
                throw new IllegalArgumentException("There is no option --" + name + "; there are " + values.keySet());
            }
        });
        return from(new Values(values));
    }

    /** @throws IllegalArgumentException in words for the user, if what other modules build is not there */
    void requireBuilt() {
        if (!Files.isRegularFile(brokerJar)) {
            throw new IllegalArgumentException(notBuilt("broker-jar", brokerJar));
        }
        if (!Files.isDirectory(peerLib)) {
            throw new IllegalArgumentException(notBuilt("peer-lib", peerLib));
        }
    }

    private static String notBuilt(String option, Path missing) {
        return "--" + option + ": there is no " + missing
                + "; build it with mvn -pl benchmarks -am -DskipTests package, or name another";
    }

    private static Options from(Values values) {
        return new Options(
                values.text("form"),
                values.number("rounds"),
                values.numbers("senders"),
                values.oneOrMoreOf("flush", List.of("SYNC_FLUSH", "STRICT", "ASYNC_FLUSH")),
                values.time("warm-up"),
                values.time("measure"),
                values.numbers("rates"),
                values.time("rate-warm-up"),
                values.time("rate-time"),
                values.number("backlog"),
                values.number("slave-log"),
                values.number("slow-rounds"),
                values.number("queues"),
                values.number("many-queues"),
                values.number("message-bytes"),
                values.text("heap"),
                values.time("flush-interval"),
                values.time("idle"),
                values.yesOrNo("jfr"),
                values.yesOrNo("peer"),
                values.yesOrNo("async"),
                values.yesOrNo("own-on-peer"),
                values.yesOrNo("ceiling"),
                values.path("data-dir"),
                values.path("output-dir"),
                values.path("peer-lib"),
                values.path("broker-jar"));
    }

    private static Map<String, String> pairs(String[] arguments) {
        Map<String, String> pairs = new LinkedHashMap<>();
        for (int i = 0; i < arguments.length; i += 2) {
            if (!arguments[i].startsWith("--") || i + 1 == arguments.length) {
                throw new IllegalArgumentException(
                        "'" + arguments[i] + "' cannot be read; options are given as --name value");
            }
            pairs.put(arguments[i].substring(2), arguments[i + 1]);
        }
        return pairs;
    }

    /** Reads texts as what they must be. */
    private record Values(Map<String, String> texts) {

        String text(String name) {
            return texts.getOrDefault(name, "");
        }

        int number(String name) {
            return read(name, "a whole number", Integer::parseInt);
        }

        List<Integer> numbers(String name) {
            return text(name).isEmpty()
                    ? List.of()
                    : read(
                            name,
                            "whole numbers with commas between them",
                            text -> Arrays.stream(text.split(","))
                                    .map(Integer::valueOf)
                                    .toList());
        }

        Duration time(String name) {
            return read(
                    name,
                    "a time in ms or s, for instance 10s",
                    text -> text.endsWith("ms")
                            ? Duration.ofMillis(Long.parseLong(text.substring(0, text.length() - 2)))
                            : Duration.ofSeconds(Long.parseLong(text.replaceFirst("s$", ""))));
        }

        boolean yesOrNo(String name) {
            return oneOrMoreOf(name, List.of("true", "false")).equals(List.of("true"));
        }

        List<String> oneOrMoreOf(String name, List<String> allowed) {
            List<String> values = new ArrayList<>(List.of(text(name).split(",")));
            if (!allowed.containsAll(values)) {
                throw new IllegalArgumentException("--" + name + " is '" + text(name) + "'; there are " + allowed);
            }
            return values;
        }

        Path path(String name) {
            return Path.of(text(name)).toAbsolutePath().normalize();
        }

        private <T> T read(String name, String wanted, Function<String, T> reader) {
            try {
                return reader.apply(text(name));
            } catch (NumberFormatException e) {
                throw new IllegalArgumentException("--" + name + " is '" + text(name) + "'; it must be " + wanted, e);
            }
        }
    }
}
