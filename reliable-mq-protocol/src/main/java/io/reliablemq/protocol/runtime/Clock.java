package io.reliablemq.protocol.runtime;

/**
 * The two kinds of time, which must not be mixed: wall time goes into messages, elapsed time decides waits and bounds.
 */
public interface Clock {

    /** The clock of this machine. */
    Clock SYSTEM = new Clock() {
        @Override
        public long wallMs() {
            return System.currentTimeMillis();
        }

        @Override
        public long nanos() {
            return System.nanoTime();
        }
    };

    /** Milliseconds since 1970. May jump either way. */
    long wallMs();

    /** Nanoseconds since an arbitrary point; never runs backwards. Compare by difference only. */
    long nanos();
}
