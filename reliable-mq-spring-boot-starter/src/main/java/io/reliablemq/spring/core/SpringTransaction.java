package io.reliablemq.spring.core;

import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/** The transaction that Spring has bound to the thread. The only class here that knows {@code spring-tx}. */
final class SpringTransaction implements CurrentTransaction {

    @Override
    public boolean isActive() {
        return TransactionSynchronizationManager.isActualTransactionActive()
                && TransactionSynchronizationManager.isSynchronizationActive();
    }

    @Override
    public void defer(DeferredSend send) {
        ours().sends.add(send);
    }

    /** The list belongs to the transaction: Spring sets it aside with a suspended one. */
    private static Ending ours() {
        for (TransactionSynchronization known : TransactionSynchronizationManager.getSynchronizations()) {
            if (known instanceof Ending ending) {
                return ending;
            }
        }
        Ending ending = new Ending();
        TransactionSynchronizationManager.registerSynchronization(ending);
        return ending;
    }

    /**
     * Sends after completion, not in {@code afterCommit}: what another callback sends in there is registered too late for
     * {@code afterCommit}, and would be lost without a word.
     */
    private static final class Ending implements TransactionSynchronization {

        private final List<DeferredSend> sends = new ArrayList<>();

        /** How many sends there were when a nested transaction began. */
        private final Map<Object, Integer> sendsBefore = new IdentityHashMap<>();

        @Override
        public void savepoint(Object savepoint) {
            sendsBefore.put(savepoint, sends.size());
        }

        /** What a nested transaction has sent goes with it. */
        @Override
        public void savepointRollback(Object savepoint) {
            // A savepoint that was not told of is older than the first send.
            List<DeferredSend> behind = sends.subList(sendsBefore.getOrDefault(savepoint, 0), sends.size());
            List<DeferredSend> undone = List.copyOf(behind);
            behind.clear();
            // Last: whoever hears of it may send something else.
            undone.forEach(send -> send.withdraw("rolled back to a savepoint"));
        }

        @Override
        public void afterCompletion(int status) {
            if (status == STATUS_COMMITTED) {
                // All begin before one is waited for: with the broker away that is one time-out, not one for each.
                CompletableFuture.allOf(sends.stream().map(DeferredSend::start).toArray(CompletableFuture[]::new))
                        .join();
            } else {
                String how = status == STATUS_ROLLED_BACK ? "rolled back" : "failed while it committed";
                sends.forEach(send -> send.withdraw(how));
            }
        }
    }
}
