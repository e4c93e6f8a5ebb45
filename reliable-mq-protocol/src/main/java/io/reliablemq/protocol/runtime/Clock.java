package io.reliablemq.protocol.runtime;

/**
 * The two kinds of time, which must not be mixed: wall time goes into messages, elapsed time decides waits and bounds.
 *
 * <p>Thread-safe. Whoever lets users set the time of their messages overrides {@link #ofMessages()} alone, so that disks,
 * connections and everything else that lives in the real world keeps real time.
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

    /**
     * The time that messages live by: their stamps, delays, retries, open transactions and ages. This clock itself, unless
     * somebody has set it apart.
     */
    default Clock ofMessages() {
        return this;
    }

    /**
     * Calls back after this clock was set forward at once, so that whoever waits for a time looks again. Clocks that only go
     * on as time does never call.
     *
     * @param action returns at once; may be called by any thread
     * @return ends the calls
     */
    default Registration onJump(Runnable action) {
        return () -> {};
    }

    /** Ends what it was given for. Ending it twice does nothing. */
    @FunctionalInterface
    interface Registration extends AutoCloseable {

        @Override
        void close();
    }
}
