package io.reliablemq.benchmarks.load;

import io.reliablemq.benchmarks.peer.OfficialPeer;
import io.reliablemq.benchmarks.peer.OurClient;
import io.reliablemq.benchmarks.process.ApacheBroker;
import io.reliablemq.benchmarks.process.ApacheNameServer;
import io.reliablemq.benchmarks.process.BrokerOptions;
import io.reliablemq.benchmarks.process.CeilingBroker;
import io.reliablemq.benchmarks.process.Footprint;
import io.reliablemq.benchmarks.process.MeasuredBroker;
import io.reliablemq.benchmarks.process.PeerFolder;
import io.reliablemq.benchmarks.process.ReliableMqBroker;
import io.reliablemq.benchmarks.process.Waiting;
import io.reliablemq.benchmarks.result.Measure;
import io.reliablemq.benchmarks.result.Readings;
import io.reliablemq.benchmarks.result.Subject;
import io.reliablemq.conformance.port.Administration;
import io.reliablemq.conformance.port.MessageLibrary;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalTime;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.HdrHistogram.Histogram;

/**
 * All turns of a run: in each round and for each flush policy one contender after the other, each with its broker alone
 * on the machine but for Apache's idle name server. The next time they come in the opposite order.
 */
final class BenchmarkRun {

    private static final double MEBIBYTE = 1024 * 1024;

    /** The broker without a store has all messages there. */
    private static final String HEAP_WITHOUT_STORE = "8g";

    private final Options options;
    private final PeerFolder peer;
    private final OfficialPeer official;
    private final Readings readings;
    private final List<String> notes;
    private final Runnable stepDone;
    private int turns;

    /**
     * @param readings takes what is measured
     * @param notes takes what a reader must be told beside that
     * @param stepDone runs after each step, while nothing is measured
     */
    BenchmarkRun(Options options, Readings readings, List<String> notes, Runnable stepDone) {
        this.options = options;
        this.readings = readings;
        this.notes = notes;
        this.stepDone = stepDone;
        this.peer = new PeerFolder(options.peerLib());
        this.official = new OfficialPeer(peer);
    }

    void run() {
        try {
            if (options.peer()) {
                Path folder = options.dataFolder().resolve("name-server");
                try (ApacheNameServer nameServer = ApacheNameServer.start(peer, folder)) {
                    Contender apache = new Contender(
                            Subject.APACHE,
                            official.library(),
                            settings -> ApacheBroker.start(peer, nameServer, settings));
                    idle(apache);
                    Contender apacheOwnClient =
                            new Contender(Subject.APACHE_OWN_CLIENT, new OurClient(), apache.start());
                    rounds(options.ownOnPeer() ? List.of(apache, apacheOwnClient) : List.of(apache));
                }
            } else {
                rounds(List.of());
            }
        } finally {
            delete(options.dataFolder());
        }
    }

    private Contender ours(Subject subject) {
        return new Contender(
                subject,
                subject == Subject.OURS ? new OurClient() : official.library(),
                settings -> ReliableMqBroker.start(options.brokerJar(), settings));
    }

    private Contender ceiling() {
        return new Contender(Subject.CEILING, official.library(), CeilingBroker::start);
    }

    private void rounds(List<Contender> peers) {
        idle(ours(Subject.OURS));
        List<Contender> order = new ArrayList<>(peers);
        order.addAll(List.of(ours(Subject.OURS_OFFICIAL_CLIENT), ours(Subject.OURS)));
        if (options.ceiling()) {
            order.add(ceiling());
        }
        for (int round = 1; round <= options.rounds(); round++) {
            say("round " + round + " of " + options.rounds() + ", load average " + Machine.load());
            bareCost(round);
            stepDone.run();
            for (String flush : options.flush()) {
                for (Contender contender : order) {
                    if (contender.subject() != Subject.CEILING || showsCeiling(flush, round)) {
                        turn(contender, flush, round);
                    }
                }
                // So that none of them always has the disk after the same other.
                Collections.reverse(order);
            }
        }
    }

    /** It has no slave, and what it is asked for is what the slow rounds measure. */
    private boolean showsCeiling(String flush, int round) {
        return !flush.equals(BrokerOptions.STRICT) && round <= options.slowRounds();
    }

    /** A broker and the client that drives it. Each pair has a process of its own, so that none finds it warmed up. */
    private record Contender(Subject subject, MessageLibrary library, Function<BrokerOptions, MeasuredBroker> start) {}

    private void bareCost(int round) {
        Duration time = options.measure().dividedBy(2);
        // Thrown away: the disk may still be giving back the space of files that were just deleted.
        BareCost.writeAndForce(options.dataFolder(), 1024, time.plusSeconds(1));
        for (int kibibytes : new int[] {1, 16, 64, 256}) {
            Histogram latency = BareCost.writeAndForce(options.dataFolder(), kibibytes * 1024, time);
            readings.add(Measure.writeAndForce(kibibytes), Subject.BARE, round, micros(latency));
        }
        readings.add(
                Measure.TWO_FILES,
                Subject.BARE,
                round,
                micros(BareCost.writeAndForceOfTwo(options.dataFolder(), 1024, time)));
        readings.add(
                Measure.SEQUENTIAL_WRITE, Subject.BARE, round, BareCost.sequentialWrite(options.dataFolder()) / 1e6);
        readings.add(Measure.ROUND_TRIP, Subject.BARE, round, micros(BareCost.roundTrip(options.messageBytes(), time)));
    }

    private static double micros(Histogram nanos) {
        return nanos.getValueAtPercentile(50) / 1e3;
    }

    /** A broker that nobody uses, with the defaults of the Java launcher. */
    private void idle(Contender contender) {
        say("idle, " + contender.subject().title());
        BrokerOptions settings = settings("SYNC_FLUSH", List.of());
        try (MeasuredBroker broker = contender.start().apply(settings)) {
            Waiting.pause(options.idle());
            Footprint footprint = broker.footprint();
            readings.add(Measure.IDLE_MEMORY, contender.subject(), 1, footprint.residentBytes() / MEBIBYTE);
            readings.add(Measure.IDLE_THREADS, contender.subject(), 1, footprint.threads());
        } finally {
            delete(settings.folder());
        }
    }

    private void turn(Contender contender, String flush, int round) {
        Subject subject = contender.subject();
        say("  " + flush + ", " + subject.title());
        BrokerOptions settings = settings(flush, jvmOptions(subject, flush, round));
        try (MeasuredBroker broker = contender.start().apply(settings);
                Administration administration = official.administration(broker.nameServers())) {
            Turn.Stage stage = new Turn.Stage(subject, contender.library(), broker, administration, flush, round);
            new Turn(options, stage, readings, notes::add, stepDone).run();
            Footprint footprint = broker.footprint();
            String scenario = Measure.PROCESS + ", " + flush;
            add(scenario, "start until it listens", "ms", subject, round, millis(broker.startedIn()));
            add(scenario, "resident memory after load", "MiB", subject, round, footprint.residentBytes() / MEBIBYTE);
            add(scenario, "threads after load", "threads", subject, round, footprint.threads());
            add(scenario, "stop", "ms", subject, round, millis(broker.stop()));
        } finally {
            delete(settings.folder());
        }
    }

    private static double millis(Duration time) {
        return time.toNanos() / 1e6;
    }

    private void add(String scenario, String metric, String unit, Subject subject, int round, double value) {
        readings.add(new Measure(scenario, metric, unit), subject, round, value);
    }

    private List<String> jvmOptions(Subject subject, String flush, int round) {
        String most = subject == Subject.CEILING ? HEAP_WITHOUT_STORE : options.heap();
        List<String> jvm = new ArrayList<>(List.of("-Xms" + options.heap(), "-Xmx" + most));
        if (options.flightRecord() && subject != Subject.APACHE) {
            Path file = options.outputFolder().resolve("broker-" + subject + "-" + flush + "-" + round + ".jfr");
            jvm.add("-XX:StartFlightRecording=settings=profile,filename=" + file);
        }
        return jvm;
    }

    private BrokerOptions settings(String flush, List<String> jvmOptions) {
        // A name of its own, as Apache's name server remembers those of earlier turns for a while.
        String name = "turn-" + ++turns;
        return new BrokerOptions(name, options.dataFolder().resolve(name), flush, options.flushInterval(), jvmOptions);
    }

    private static void say(String line) {
        System.err.println(LocalTime.now().truncatedTo(ChronoUnit.SECONDS) + " " + line);
    }

    /** With all that is in it. */
    static void delete(Path folder) {
        if (!Files.exists(folder)) {
            return;
        }
        try (Stream<Path> paths = Files.walk(folder)) {
            for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("The folder " + folder + " was not deleted", e);
        }
    }
}
