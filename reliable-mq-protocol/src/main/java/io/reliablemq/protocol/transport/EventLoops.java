package io.reliablemq.protocol.transport;

/** The threads that carry the connections of one process, shared by its servers and clients. Thread-safe. */
public final class EventLoops implements AutoCloseable {

    private EventLoops() {}

    /** Starts no thread yet; they are named {@code threadPrefix-1}, {@code threadPrefix-2}, and so on. */
    public static EventLoops create(String threadPrefix, int threads) {
        throw new UnsupportedOperationException(threadPrefix + threads);
    }

    /** Ends the threads; whatever uses them must be closed before. */
    @Override
    public void close() {}
}
