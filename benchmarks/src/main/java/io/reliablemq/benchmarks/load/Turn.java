package io.reliablemq.benchmarks.load;

import io.reliablemq.benchmarks.process.BrokerOptions;
import io.reliablemq.benchmarks.process.MeasuredBroker;
import io.reliablemq.benchmarks.process.Waiting;
import io.reliablemq.benchmarks.result.Mark;
import io.reliablemq.benchmarks.result.Measure;
import io.reliablemq.benchmarks.result.Readings;
import io.reliablemq.benchmarks.result.Subject;
import io.reliablemq.conformance.port.Administration;
import io.reliablemq.conformance.port.MessageLibrary;
import io.reliablemq.conformance.port.Sender;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.HdrHistogram.Histogram;

/** All steps of one client on one broker that was started for it. Each step has a topic of its own. */
final class Turn {

    private static final Duration TOPIC_BOUND = Duration.ofSeconds(30);
    /** Apache's slave hears of its master when it registers, every 30 s. */
    private static final Duration SLAVE_BOUND = Duration.ofSeconds(90);

    private static final int WARM_UP_SENDERS = 16;
    private static final int FILLING_SENDERS = 64;
    private static final Duration FILLING_STEP = Duration.ofSeconds(2);
    private static final int MANY_QUEUES_SENDERS = 64;
    private static final int QUEUES_OF_EACH_OF_MANY = 10;

    private final Options options;
    private final Stage stage;
    private final MeasuredBroker broker;
    private final Subject subject;
    private final MessageLibrary library;
    private final Readings readings;
    private final Consumer<String> notes;
    private final Runnable stepDone;
    private final Payload payload;

    /** @param stepDone runs after each step, while nothing is measured */
    Turn(Options options, Stage stage, Readings readings, Consumer<String> notes, Runnable stepDone) {
        this.options = options;
        this.stage = stage;
        this.broker = stage.broker();
        this.subject = stage.subject();
        this.library = stage.library();
        this.readings = readings;
        this.notes = notes;
        this.stepDone = stepDone;
        this.payload = new Payload(options.messageBytes());
    }

    /** A running broker under one flush policy, in one round, and the client that drives it. */
    record Stage(
            Subject subject,
            MessageLibrary library,
            MeasuredBroker broker,
            Administration administration,
            String flush,
            int round) {}

    void run() {
        sends();
        if (options.async()) {
            asyncSends();
        }
        if (stage.round() <= options.slowRounds()) {
            slowSteps();
        }
        if (options.manyQueues() > 0
                && subject != Subject.CEILING
                && subject != Subject.APACHE_OWN_CLIENT
                && stage.flush().equals(options.flush().get(0))) {
            manyQueues();
        }
    }

    private void slowSteps() {
        if (subject != Subject.CEILING && subject != Subject.APACHE_OWN_CLIENT) {
            latencies();
        }
        // The backlog is filled under the quicker policy; reading it is the same under both.
        if (options.backlog() > 0
                && stage.flush().equals(options.flush().get(options.flush().size() - 1))) {
            catchUp();
        }
        if (stage.flush().equals(BrokerOptions.STRICT) && subject == Subject.OURS) {
            freshSlave();
        }
    }

    private void latencies() {
        for (int rate : options.rates()) {
            endToEnd(rate);
        }
    }

    private void sends() {
        String topic = topic("send");
        try (Sender sender = library.sender(broker.nameServers(), "senders-" + topic)) {
            SendLoad load = new SendLoad(sender, List.of(topic), payload);
            // A slave may still be on its way to its master.
            Waiting.untilDone(SLAVE_BOUND, () -> load.fill(1, 1));
            load.run(WARM_UP_SENDERS, options.warmUp(), broker::processorTime);
            for (int senders : options.senders()) {
                record(
                        Measure.send(stage.flush(), senders),
                        load.run(senders, options.measure(), broker::processorTime));
            }
        }
    }

    private void asyncSends() {
        String topic = topic("async");
        try (Sender sender = library.sender(broker.nameServers(), "senders-" + topic)) {
            AsyncLoad load = new AsyncLoad(sender, topic, payload, Mark.ASYNC_DEPTH);
            Waiting.untilDone(TOPIC_BOUND, () -> new SendLoad(sender, List.of(topic), payload).fill(1, 1));
            load.run(options.warmUp(), broker::processorTime);
            record(
                    Measure.asyncSend(stage.flush(), Mark.ASYNC_DEPTH),
                    load.run(options.measure(), broker::processorTime));
        }
    }

    private void record(String scenario, SendLoad.Outcome outcome) {
        add(Measure.rate(scenario), outcome.rate());
        addMicros(scenario, outcome.latency(), List.of(50.0, 99.0));
        add(Measure.brokerTime(scenario), outcome.processorMicrosPerMessage());
        add(Measure.clientTime(scenario), outcome.driverMicrosPerMessage());
        noteFailures(scenario, outcome.failed());
        stepDone.run();
    }

    private void endToEnd(int rate) {
        String topic = topic("rate-" + rate);
        EndToEndLoad.Outcome outcome = new EndToEndLoad(topic, payload)
                .run(
                        library,
                        broker.nameServers(),
                        "group-" + topic,
                        options.queues(),
                        rate,
                        options.rateWarmUp(),
                        options.rateTime());
        String scenario = Measure.endToEnd(stage.flush(), rate);
        addMicros(scenario, outcome.latency(), List.of(50.0, 99.0, 99.9));
        noteFailures(scenario, outcome.failed());
        stepDone.run();
    }

    private void catchUp() {
        String topic = topic("backlog");
        try (Sender sender = library.sender(broker.nameServers(), "senders-" + topic)) {
            new SendLoad(sender, List.of(topic), payload).fill(FILLING_SENDERS, options.backlog());
        }
        CatchUpLoad.Outcome outcome = CatchUpLoad.settled(options.warmUp(), reader -> catchUp(topic, reader));
        add(Measure.rate(Measure.BACKLOG), outcome.rate());
        add(
                new Measure(Measure.BACKLOG, "first message after", "ms"),
                outcome.untilFirst().toNanos() / 1e6);
        add(Measure.brokerTime(Measure.BACKLOG), outcome.brokerMicros());
        add(Measure.clientTime(Measure.BACKLOG), outcome.clientMicros());
        if (outcome.repeated() > 0) {
            notes.accept(title(Measure.BACKLOG) + ": " + outcome.repeated() + " messages came more than once");
        }
        stepDone.run();
    }

    /** How quickly a new slave gets what the steps so far have left in the log, made longer where that is too little. */
    private void freshSlave() {
        String topic = topic("slave");
        try (Sender sender = library.sender(broker.nameServers(), "senders-" + topic)) {
            Waiting.untilDone(TOPIC_BOUND, () -> new SendLoad(sender, List.of(topic), payload).fill(1, 1));
            AsyncLoad load = new AsyncLoad(sender, topic, payload, Mark.ASYNC_DEPTH);
            broker.freshSlave(options.slaveLogMiB() * 1024L * 1024, () -> load.run(FILLING_STEP, broker::processorTime))
                    .ifPresent(bytes -> add(Measure.FRESH_SLAVE, bytes / 1e6));
        }
        stepDone.run();
    }

    private CatchUpLoad.Outcome catchUp(String topic, String reader) {
        String group = reader + "-" + topic;
        return CatchUpLoad.run(library, broker.nameServers(), group, topic, options.backlog(), broker::processorTime);
    }

    /** The same load first on the queues of one topic, then on many topics that the broker did not have before. */
    private void manyQueues() {
        queues(options.queues(), List.of(topic("few")));
        List<String> topics = IntStream.range(0, Math.max(1, options.manyQueues() / QUEUES_OF_EACH_OF_MANY))
                .mapToObj(number -> topicName("many-" + number))
                .toList();
        topics.forEach(topic -> stage.administration().createTopic(broker.address(), topic, QUEUES_OF_EACH_OF_MANY));
        awaitRoute(topics.get(topics.size() - 1));
        queues(topics.size() * QUEUES_OF_EACH_OF_MANY, topics);
    }

    private void queues(int queues, List<String> topics) {
        try (Sender sender = library.sender(broker.nameServers(), "senders-" + topics.get(0))) {
            SendLoad load = new SendLoad(sender, topics, payload);
            // Until the client knows the way to each topic.
            load.run(MANY_QUEUES_SENDERS, options.warmUp(), broker::processorTime);
            record(
                    Measure.queues(stage.flush(), queues),
                    load.run(MANY_QUEUES_SENDERS, options.measure(), broker::processorTime));
        }
    }

    private String topic(String step) {
        String topic = topicName(step);
        Waiting.untilDone(
                TOPIC_BOUND, () -> stage.administration().createTopic(broker.address(), topic, options.queues()));
        awaitRoute(topic);
        return topic;
    }

    private String topicName(String step) {
        return step + "-" + subject.name().toLowerCase(Locale.ROOT) + "-" + stage.flush() + "-" + stage.round();
    }

    private void awaitRoute(String topic) {
        Waiting.until(
                "topic " + topic + " has a route",
                TOPIC_BOUND,
                () -> !stage.administration().brokersOf(topic).isEmpty());
    }

    private void addMicros(String scenario, Histogram nanos, List<Double> percentiles) {
        for (double percentile : percentiles) {
            String name = "p" + String.valueOf(percentile).replaceFirst("\\.0$", "");
            add(Measure.latency(scenario, name), nanos.getValueAtPercentile(percentile) / 1e3);
        }
    }

    private void add(Measure measure, double value) {
        readings.add(measure, subject, stage.round(), value);
    }

    private void noteFailures(String scenario, long failed) {
        if (failed > 0) {
            notes.accept(title(scenario) + ": " + failed + " sends failed");
        }
    }

    private String title(String scenario) {
        return scenario + ", " + subject.title() + ", round " + stage.round();
    }
}
