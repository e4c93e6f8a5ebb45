package io.reliablemq.broker.accounting;

import java.util.Collection;
import java.util.NavigableSet;
import java.util.TreeSet;

/**
 * How a group came along in one queue that it consumes. Guarded by the lock of {@link LossAccounts}.
 *
 * <p>Which messages were copied is remembered a message only beyond what the group has passed for good; below, it is a
 * number. So what is remembered is bounded by what is in flight. Past {@value #MAX_REMEMBERED} offsets a copied message
 * counts as passed at once: the sum stays right, but a second copy of it is not recognised.
 */
final class QueueAccount {

    private static final int MAX_REMEMBERED = 100_000;

    private final NavigableSet<Long> copiedAhead = new TreeSet<>();
    private long base;
    private long passed;
    private long copiedBelow;
    private long expired;

    /** @param base the first offset that counts */
    QueueAccount(long base) {
        this(base, base, 0, 0, java.util.List.of());
    }

    QueueAccount(long base, long passed, long copiedBelow, long expired, Collection<Long> copiedAhead) {
        this.base = base;
        this.passed = passed;
        this.copiedBelow = copiedBelow;
        this.expired = expired;
        this.copiedAhead.addAll(copiedAhead);
    }

    /**
     * There is a copy of the message.
     *
     * @return false if one was known before
     */
    boolean copied(long offset) {
        if (offset < passed || copiedAhead.size() >= MAX_REMEMBERED) {
            copiedBelow++;
            return true;
        }
        return copiedAhead.add(offset);
    }

    /** How many offsets of a range hold no message any more. */
    @FunctionalInterface
    interface Gaps {

        /** @param to exclusive */
        long count(long from, long to);
    }

    /** All before the offset is done; what was deleted there has expired. */
    void pass(long offset, Gaps gaps) {
        if (offset > passed) {
            NavigableSet<Long> before = copiedAhead.headSet(offset, false);
            expired += deleted(before, passed, offset, gaps);
            copiedBelow += before.size();
            before.clear();
            passed = offset;
        }
    }

    /** What was deleted and is not passed yet. */
    long expiredAhead(long max, Gaps gaps) {
        return deleted(copiedAhead, passed, max, gaps);
    }

    /** A message that was deleted once it had been copied has not expired. */
    private static long deleted(NavigableSet<Long> copied, long from, long to, Gaps gaps) {
        long count = gaps.count(from, to);
        if (count > 0) {
            for (long offset : copied) {
                count -= gaps.count(offset, offset + 1);
            }
        }
        return count;
    }

    /**
     * The group chose to begin further on. Has no effect once it has passed something.
     *
     * @return how many messages before that were copied
     */
    long begin(long offset) {
        if (offset <= base || passed > base || expired > 0) {
            return 0;
        }
        base = offset;
        passed = offset;
        NavigableSet<Long> before = copiedAhead.headSet(offset, false);
        long count = before.size();
        before.clear();
        return count;
    }

    /** Messages that were copied, each once. */
    long copies() {
        return copiedBelow + copiedAhead.size();
    }

    long acknowledged() {
        return passed - base - copiedBelow - expired;
    }

    /**
     * What is neither passed nor copied, whether or not it is still there.
     *
     * @param committed where the group goes on; lower than what it has passed if it went back
     */
    long open(long committed, long max) {
        return max - Math.min(committed, passed) - copiedAhead.size();
    }

    /** Messages that were passed and are to be consumed once more. */
    long again(long committed) {
        return Math.max(0, passed - committed);
    }

    long base() {
        return base;
    }

    long passed() {
        return passed;
    }

    long copiedBelow() {
        return copiedBelow;
    }

    long expired() {
        return expired;
    }

    Collection<Long> copiedAhead() {
        return java.util.List.copyOf(copiedAhead);
    }
}
