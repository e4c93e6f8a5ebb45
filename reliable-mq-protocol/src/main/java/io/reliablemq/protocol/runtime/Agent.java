package io.reliablemq.protocol.runtime;

/**
 * A part with a thread of its own, without knowing the thread: {@link AgentRunner} runs it in production, a test steps
 * it by hand.
 *
 * <p>All methods are called by one thread, one after the other.
 */
public interface Agent {

    /** {@link #doWork()}'s answer when only a signal gives it something to do. */
    long UNTIL_SIGNAL = Long.MAX_VALUE;

    /** The name of the part and of its thread, for instance {@code rmq-log-writer}. */
    String name();

    /**
     * Does what there is to do now and returns.
     *
     * @return in how many nanoseconds to call again at the latest: 0 for at once, {@link #UNTIL_SIGNAL} for no deadline
     * @throws Exception anything the agent has no answer to; the runner hands it to its {@link ErrorSink} and calls
     *     again
     */
    long doWork() throws Exception;

    /** Called once after the last {@link #doWork()}. */
    default void onStop() throws Exception {}
}
