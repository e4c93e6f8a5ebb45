package io.reliablemq.spring.core;

import java.util.concurrent.CompletableFuture;
import org.springframework.util.ClassUtils;

/** The transaction of the calling thread. Spring's transactions are optional: without {@code spring-tx} there never is one. */
interface CurrentTransaction {

    CurrentTransaction NONE = new CurrentTransaction() {
        @Override
        public boolean isActive() {
            return false;
        }

        @Override
        public void defer(DeferredSend send) {
            throw new IllegalStateException("There is no transaction");
        }
    };

    /** Something that happens after the commit. No method throws. */
    interface DeferredSend {

        /** The transaction has committed. The future completes when the send has ended, however it did. */
        CompletableFuture<?> start();

        /** The transaction has not committed. @param how it ended, to go behind "its transaction" */
        void withdraw(String how);
    }

    /** Whether what is deferred now would still hear of the transaction's end. */
    boolean isActive();

    /** Sends what is deferred together after the commit, and waits for it. */
    void defer(DeferredSend send);

    /** Spring's transactions, if their classes are there. */
    static CurrentTransaction detect() {
        ClassLoader loader = CurrentTransaction.class.getClassLoader();
        return ClassUtils.isPresent("org.springframework.transaction.support.TransactionSynchronizationManager", loader)
                ? new SpringTransaction()
                : NONE;
    }
}
