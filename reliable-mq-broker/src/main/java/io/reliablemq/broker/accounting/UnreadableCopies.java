package io.reliablemq.broker.accounting;

import io.reliablemq.broker.accounting.GroupLedger.Parked;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Messages in the schedule that could not be read when their turn to be counted came. They stay in the books as they stood
 * there, until they are handed over after all. Guarded by the lock of {@link LossAccounts}.
 */
final class UnreadableCopies {

    /** By message: whether it was counted as waiting before. */
    private final Map<Parked, Boolean> copies = new HashMap<>();

    /** It could not be read when it was to be counted. */
    void uncounted(Parked parked) {
        copies.put(parked, false);
    }

    /** The cursor has passed it, which it could not be read for. It may be one that was not counted either. */
    void passed(Parked parked) {
        copies.putIfAbsent(parked, true);
    }

    /** What waits in the queue is counted anew, of which these are no part. */
    void noneCounted(int queueId) {
        copies.replaceAll((parked, counted) -> counted && parked.queueId() != queueId);
    }

    /** Whether it was counted as waiting; null if it is none of these. */
    @Nullable
    Boolean isCounted(Parked parked) {
        return copies.get(parked);
    }

    /** It was handed over, or is nobody's retry. */
    void forget(Parked parked) {
        copies.remove(parked);
    }

    /** Whether one of these in the queue below this offset was counted as waiting. */
    boolean isCountedBelow(int queueId, long offset) {
        return copies.entrySet().stream().anyMatch(copy -> isBelow(copy.getKey(), queueId, offset) && copy.getValue());
    }

    /** What stood in the queue below this offset was deleted. */
    void forgetBelow(int queueId, long offset) {
        copies.keySet().removeIf(parked -> isBelow(parked, queueId, offset));
    }

    private static boolean isBelow(Parked parked, int queueId, long offset) {
        return parked.queueId() == queueId && parked.offset() < offset;
    }

    List<AccountsCheckpoint.Unreadable> content() {
        return copies.entrySet().stream()
                .map(entry -> new AccountsCheckpoint.Unreadable(
                        entry.getKey().queueId(), entry.getKey().offset(), entry.getValue()))
                .toList();
    }

    void restore(List<AccountsCheckpoint.Unreadable> content) {
        content.forEach(each -> copies.put(each.parked(), each.counted()));
    }
}
