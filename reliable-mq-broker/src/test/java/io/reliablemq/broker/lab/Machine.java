package io.reliablemq.broker.lab;

import io.reliablemq.broker.ManualClock;
import io.reliablemq.broker.store.LogMessageStore;
import io.reliablemq.broker.store.SteppedStore;
import io.reliablemq.broker.store.StoreSettings;
import io.reliablemq.broker.store.file.DiskFaults.Operation;
import io.reliablemq.broker.store.file.MachineStoppedException;
import io.reliablemq.broker.store.file.SimulatedDisk;
import io.reliablemq.broker.store.log.LogCorruptException;
import io.reliablemq.protocol.runtime.Agent;
import io.reliablemq.protocol.runtime.AgentHost;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;

/**
 * What a broker's parts run on: a disk, a clock, agents. It stops in two ways, between operations or in the middle of
 * one: its power is cut, or the process is killed and the page cache stays.
 */
final class Machine {

    static final Path DATA = Path.of("/data");
    static final Path LOG = DATA.resolve("log");

    private static final int MAX_FAULTY_STARTS = 3;

    private final Random chance;
    private final List<String> trace;
    private final StoreSettings settings;
    private final ManualClock clock = new ManualClock();
    private final List<Throwable> errors = new ArrayList<>();
    private final Runnable duringForce;
    private SimulatedDisk disk = new SimulatedDisk();
    private SteppedAgents agents = new SteppedAgents(clock);
    private boolean powerFails;
    private boolean faulty;

    Machine(Random chance, List<String> trace, StoreSettings settings, Runnable duringForce) {
        this.chance = chance;
        this.trace = trace;
        this.settings = settings;
        this.duringForce = duringForce;
    }

    ManualClock clock() {
        return clock;
    }

    SimulatedDisk disk() {
        return disk;
    }

    SteppedAgents agents() {
        return agents;
    }

    /** Lets the machine stop in the middle of one of the next few changes of the disk. */
    void stopSoon(int operations) {
        powerFails = chance.nextBoolean();
        disk.stopAfter(chance.nextInt(operations), chance.nextInt(600));
        trace.add(powerFails ? "  power will be cut" : "  the process will be killed");
    }

    boolean isStopped() {
        return disk.isStopped();
    }

    /** Arms a fault; until the next start, errors are to be expected. */
    void fail(Operation operation, String files, int passes, int failures, int bytes) {
        faulty = true;
        trace.add("  " + operation + " of *" + files + " will fail " + failures + " times after " + passes);
        disk.faults().arm(operation, path -> path.toString().endsWith(files), passes, failures, bytes);
    }

    void limitSpace(long bytesLeft) {
        faulty = true;
        trace.add("  " + bytesLeft + " bytes are left on the disk");
        disk.setCapacity(disk.used() + bytesLeft);
    }

    /** Whether an error is to be expected. */
    boolean isFaulty() {
        return faulty || disk.isStopped();
    }

    /** Goes on with what a stop leaves, of the kind that was under way or of a kind that chance decides. */
    void stop(Consumer<Boolean> withPower) {
        if (!disk.isStopped()) {
            powerFails = chance.nextBoolean();
        }
        trace.add(powerFails ? "POWER CUT" : "KILLED");
        withPower.accept(powerFails);
        disk = powerFails ? disk.crash(chance) : disk.copy();
    }

    /** Starts what runs on this machine, as often as it takes: it may fail or stop in the middle of that, too. */
    void start(Start start, Consumer<Boolean> stopped) throws IOException {
        for (int attempt = 0; ; attempt++) {
            prepareStart(attempt < MAX_FAULTY_STARTS);
            try {
                start.start();
                disk.stopAfter(Integer.MAX_VALUE, 0);
                disk.faults().clear();
                faulty = false;
                return;
            } catch (MachineStoppedException | IOException e) {
                if (e instanceof LogCorruptException || !isFaulty()) {
                    throw e;
                }
                trace.add("  start failed: " + e.getMessage());
                stop(stopped);
            }
        }
    }

    /** Opens files on the machine's disk. */
    @FunctionalInterface
    interface Start {

        void start() throws IOException;
    }

    LogMessageStore openStore() throws IOException {
        return openStore(settings);
    }

    LogMessageStore openStore(StoreSettings settings) throws IOException {
        LogMessageStore store = SteppedStore.open(settings, disk, clock, this::report, agents);
        trace.add("STARTED " + store.recovery().summary());
        return store;
    }

    /** Gives another part than the store a turn from time to time. */
    AgentHost.RunningAgent run(Agent agent) {
        return agents.host(agent, this::report).start();
    }

    private void prepareStart(boolean mayFail) {
        agents = new SteppedAgents(clock);
        faulty = false;
        disk.setCapacity(Long.MAX_VALUE);
        disk.faults().clear();
        disk.stopAfter(Integer.MAX_VALUE, 0);
        disk.duringForce(duringForce);
        if (!mayFail) {
            return;
        }
        switch (chance.nextInt(8)) {
            case 0, 1 -> stopSoon(8);
            case 2 -> {
                Operation operation = Operation.values()[chance.nextInt(Operation.values().length)];
                fail(operation, "", chance.nextInt(6), 1, chance.nextInt(600));
            }
            default -> {}
        }
    }

    void report(String where, Throwable error) {
        trace.add("  " + where + ": " + error);
        errors.add(error);
    }

    /** Fails if an error was reported that no fault explains. */
    void requireNoUnexpectedErrors() {
        List<Throwable> reported = List.copyOf(errors);
        errors.clear();
        for (Throwable error : reported) {
            boolean explained = error instanceof MachineStoppedException || error instanceof IOException;
            if (!explained || !isFaulty()) {
                throw new AssertionError("Reported by an agent or listener: " + error, error);
            }
        }
    }
}
