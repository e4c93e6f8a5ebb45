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

    boolean contains(Parked parked) {
        return copies.containsKey(parked);
    }

    /** It was handed over. @return whether it was counted as waiting; null if it is none of these */
    @Nullable
    Boolean handedOver(Parked parked) {
        return copies.remove(parked);
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
