package io.reliablemq.benchmarks.process;

import java.time.Duration;
import java.util.OptionalDouble;

/** A running broker with its name server. */
public interface MeasuredBroker extends AutoCloseable {

    /** {@code host:port} of the name server. */
    String nameServers();

    /** {@code host:port} of the broker. */
    String address();

    /** How long it took from the launch of the broker's process until it listened. */
    Duration startedIn();

    /** Processor time that the broker's process has used so far, with the system's resolution (10 ms on Linux). */
    Duration processorTime();

    /** Of the broker and its name server together. */
    Footprint footprint();

    /**
     * Adds a slave on an empty folder, where that can be done.
     *
     * @param logBytes how long the log shall be by then, at least
     * @param lengthen makes it longer; called until it is
     * @return bytes of log a second that it got until it had all; empty where there is no replication
     */
    default OptionalDouble freshSlave(long logBytes, Runnable lengthen) {
        return OptionalDouble.empty();
    }

    /** Stops the broker's process in order. @return how long it took */
    Duration stop();

    /** Ends whatever still runs. */
    @Override
    void close();
}
