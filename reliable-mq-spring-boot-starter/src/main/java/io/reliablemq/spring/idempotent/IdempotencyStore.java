package io.reliablemq.spring.idempotent;

import java.util.Set;

/**
 * Remembers which messages a group has handled. A bean of this type can be named by
 * {@link io.reliablemq.spring.annotation.MessageListener#idempotent() listeners}. Thread-safe.
 */
public interface IdempotencyStore {

    /** Handles messages that were not handled before. */
    @FunctionalInterface
    interface Work {

        /**
         * @param keys of messages that are not marked; at least one
         * @return those of them that are done, and to be marked
         * @throws Exception if none is done
         */
        Set<String> handle(Set<String> keys) throws Exception;
    }

    /**
     * Has those messages handled that are not marked, and marks those that are done. Where another call is handling one of them
     * at the same time, here or elsewhere, this waits how that ends. When this returns, each message is marked, or the work
     * has not named it as done.
     *
     * @param group whose messages they are; a message is handled once by each group
     * @param keys distinct, one for each message
     * @param work called at most once for each key, and not at all if all are marked
     * @throws Exception what the work has thrown, or why marks cannot be read or kept; then nothing is marked
     */
    void once(String group, Set<String> keys, Work work) throws Exception;

    /**
     * Whether the marks commit in one transaction with what the work does. It does so on the calling thread only, so that work
     * which ends later, elsewhere, is not accepted then.
     */
    default boolean isTransactional() {
        return false;
    }

    /**
     * Makes sure that the store can be used, before the first message comes.
     *
     * @throws IllegalStateException if it cannot, with what to do about it
     */
    default void verify() {}
}
