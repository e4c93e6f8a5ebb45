package io.reliablemq.broker.store.file;

/** The machine or the process stopped in the middle of an operation of a {@link SimulatedDisk}; nothing works any more. */
public final class MachineStoppedException extends RuntimeException {

    MachineStoppedException() {
        super("The machine has stopped");
    }
}
