package io.reliablemq.broker.accounting;

import io.reliablemq.broker.accounting.GroupLedger.Standing;
import io.reliablemq.broker.group.CommittedOffsets;
import io.reliablemq.broker.group.KnownGroups;
import io.reliablemq.broker.store.MessageStore;
import io.reliablemq.broker.store.QueueKey;
import io.reliablemq.broker.store.file.AtomicFile;
import io.reliablemq.protocol.body.JsonBodies;
import io.reliablemq.protocol.body.MalformedBodyException;
import io.reliablemq.protocol.command.Body;
import io.reliablemq.protocol.message.Names;
import java.io.IOException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.IntToLongFunction;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The accounts of all known groups.
 *
 * <p>Derived from the log, the stored offsets and the schedule's cursors, never from what handlers believe to have done;
 * only {@link #takenBack} brings in what consumers were told, to be compared. What was counted is kept in a file, so that a
 * start counts what follows; without that file it counts what the log still holds.
 *
 * <p>Thread-safe: the books are guarded by {@code lock}, under which the log is read; {@link #accounts()} takes no lock.
 */
public final class LossAccounts {

    private static final Logger LOG = LoggerFactory.getLogger(LossAccounts.class);

    private static final int MAX_IDLE_ROUNDS = 60;

    private final AtomicFile file;
    private final MessageStore store;
    private final CommittedOffsets offsets;
    private final IntToLongFunction cursorOf;
    private final GivenBack givenBack;
    private final FailedReads reads;
    private final Object lock = new Object();

    /** Taken before {@code lock}; guards the file, and what is known of its content. */
    private final Object storing = new Object();

    private byte @Nullable [] storedContent;
    private Books books;
    private CopyQueues copies;
    private @Nullable Sources settledOn;
    private int idleRounds;
    private String unreadable = "";
    private volatile Map<String, GroupAccount> accounts = Map.of();
    private volatile boolean settled;

    /** What the accounts are drawn from; as long as it is the same, so are they. */
    private record Sources(
            long kept, long committed, long timesOffsetsStored, long knownVersion, Map<Integer, Long> cursors) {}

    private LossAccounts(AtomicFile file, MessageStore store, CommittedOffsets offsets, IntToLongFunction cursorOf) {
        this.file = file;
        this.store = store;
        this.offsets = offsets;
        this.cursorOf = cursorOf;
        this.givenBack = new GivenBack(store);
        this.reads = new FailedReads(store);
        this.books = new Books(store, reads, offsets.known());
        this.copies = new CopyQueues(store, reads, cursorOf, books);
    }

    /**
     * Goes on from the checkpoint in the file. If there is none, or it is damaged or does not fit the log, everything is
     * counted anew, by the first rounds of {@link #settle}.
     *
     * @param cursorOf by queue of the schedule: every message below this offset was handed over
     * @throws IOException if the file cannot be read
     */
    public static LossAccounts load(
            AtomicFile file, MessageStore store, CommittedOffsets offsets, IntToLongFunction cursorOf)
            throws IOException {
        LossAccounts accounts = new LossAccounts(file, store, offsets, cursorOf);
        byte[] stored = file.read();
        if (stored != null) {
            accounts.restore(stored);
        }
        return accounts;
    }

    private void restore(byte[] stored) {
        synchronized (lock) {
            try {
                AccountsCheckpoint checkpoint = JsonBodies.read(Body.of(stored), AccountsCheckpoint.class);
                if (copies.goOnFrom(checkpoint)) {
                    checkpoint
                            .groups()
                            .forEach((group, ledger) -> books.ledgers().put(group, GroupLedger.of(ledger)));
                } else {
                    LOG.warn("The accounts in {} do not fit the log; what the log holds is counted anew", file.path());
                }
            } catch (MalformedBodyException e) {
                LOG.warn(
                        "The accounts in {} are damaged ({}); what the log holds is counted anew",
                        file.path(),
                        e.getMessage());
            }
        }
    }

    /**
     * A consumer was told that a copy of the message that it gave back is safe. Called by the thread that answers; the next
     * settlement looks whether the log holds the copy.
     *
     * @param origin position of the message that was given back
     * @param copy position of the copy, as the store named it
     */
    public void takenBack(String group, long origin, long copy) {
        givenBack.add(group, origin, copy);
    }

    /** The accounts by group, as of the last settlement. */
    public Map<String, GroupAccount> accounts() {
        return accounts;
    }

    /**
     * How many messages of the group wait for another attempt now, before or in the retry topic. Reads what the log holds by
     * now, where the accounts are of the last settlement. A message that was passed before the call is found where it went.
     *
     * @throws IOException if the log cannot be read
     */
    public long retrying(String group) throws IOException {
        synchronized (lock) {
            // Offsets first: what they have passed by now has left its copy before, where it is counted next.
            Map<QueueKey, Long> passed = new HashMap<>();
            for (QueueKey queue : store.queues()) {
                if (queue.topic().equals(Names.retryTopic(group))) {
                    Long committed = offsets.find(group, queue);
                    passed.put(queue, Math.max(store.minOffset(queue), committed == null ? 0 : committed));
                }
            }
            boolean counted = false;
            while (!counted) {
                counted = copies.follow();
            }
            long arrived = store.queues().stream()
                    .filter(queue -> queue.topic().equals(Names.retryTopic(group)))
                    .mapToLong(queue ->
                            Math.max(0, store.maxOffset(queue) - passed.getOrDefault(queue, store.minOffset(queue))))
                    .sum();
            GroupLedger ledger = books.ledgers().get(group);
            return arrived + (ledger == null ? 0 : ledger.parked());
        }
    }

    /** Whether all that the log held at the last settlement was counted; until then, accounts are of an earlier moment. */
    public boolean isSettled() {
        return settled;
    }

    /**
     * Counts what is new and draws up the accounts. What a group has not passed by then, and is gone at the next
     * settlement, has expired.
     *
     * @return false if there is more to count, so that the accounts are still those of before
     * @throws IOException if the log cannot be read
     */
    public boolean settle() throws IOException {
        synchronized (lock) {
            if (copies.isOverrun()) {
                LOG.warn("Copies were deleted before they were accounted for; what the log holds is counted anew");
                books = new Books(store, reads, offsets.known());
                copies = new CopyQueues(store, reads, cursorOf, books);
            }
            // Looked at first: whatever moves from here on is found by the next settlement.
            Sources sources = sources();
            settled = copies.follow();
            if (settled) {
                givenBack.verify(books);
                publish(store.queues());
                settledOn = sources;
            }
            return settled;
        }
    }

    /**
     * Settles if there is reason to. Called by {@code rmq-housekeeping} every second, after the offsets were stored. If the
     * log cannot be read, that is logged once, and the accounts stay as they are until it can.
     */
    public void settleWhatMoved() {
        synchronized (lock) {
            // Gaps in the log make no noise, so the accounts are drawn up now and then in any case.
            if (!sources().equals(settledOn) || !givenBack.isEmpty() || ++idleRounds >= MAX_IDLE_ROUNDS) {
                idleRounds = 0;
                settleOrTell();
            }
        }
    }

    private void settleOrTell() {
        try {
            settle();
            unreadable = "";
        } catch (IOException e) {
            settled = false;
            String reason = String.valueOf(e.getMessage());
            if (!reason.equals(unreadable)) {
                unreadable = reason;
                LOG.error("The accounts of the groups stand still, since the log cannot be read: {}", reason, e);
            }
        }
    }

    private Sources sources() {
        MessageStore.Positions positions = store.positions();
        return new Sources(
                positions.min(),
                positions.committed(),
                offsets.timesStored(),
                offsets.known().version(),
                copies.knownCursors());
    }

    private void publish(Set<QueueKey> queues) throws IOException {
        Map<String, List<QueueKey>> byTopic = queues.stream().collect(Collectors.groupingBy(QueueKey::topic));
        Map<String, GroupAccount> drawnUp = new TreeMap<>();
        for (String group : offsets.known().groups()) {
            drawnUp.put(group, drawUp(group, books.ledger(group), byTopic));
        }
        report(drawnUp);
        accounts = Map.copyOf(drawnUp);
    }

    private GroupAccount drawUp(String group, GroupLedger ledger, Map<String, List<QueueKey>> byTopic) {
        KnownGroups known = offsets.known();
        for (QueueKey queue : new HashSet<>(ledger.accounts().keySet())) {
            if (!known.isKnown(group, queue.topic()) && !Names.isRetryTopic(queue.topic())) {
                ledger.close(queue);
            }
        }
        for (String topic : known.topics(group)) {
            byTopic.getOrDefault(topic, List.of()).forEach(queue -> books.account(group, ledger, queue));
        }
        // An offset is read once: the account and the balance must agree on it.
        Map<QueueKey, Standing> standings = new HashMap<>();
        ledger.accounts().forEach((queue, account) -> standings.put(queue, bringUp(group, ledger, queue, account)));
        return ledger.balance(group, standings::get);
    }

    private Standing bringUp(String group, GroupLedger ledger, QueueKey queue, QueueAccount account) {
        Long beginning = offsets.known().beginning(group, queue);
        if (beginning != null && !Names.isRetryTopic(queue.topic())) {
            ledger.begin(account, beginning);
        }
        QueueAccount.Gaps gaps = (from, to) -> store.countGaps(queue, from, to);
        Long stored = offsets.findStored(group, queue);
        long committed = Math.max(store.minOffset(queue), stored == null ? account.base() : stored);
        account.pass(committed, gaps);
        return new Standing(committed, end(queue), gaps);
    }

    private long end(QueueKey queue) {
        return Names.isRetryTopic(queue.topic()) ? copies.next(queue) : store.maxOffset(queue);
    }

    private void report(Map<String, GroupAccount> drawnUp) {
        drawnUp.forEach((group, account) -> {
            GroupAccount before = accounts.get(group);
            long rest = before == null ? 0 : before.unaccounted();
            if (account.unaccounted() == rest) {
                return;
            }
            if (account.unaccounted() == 0) {
                LOG.info("All messages of group {} are accounted for again", group);
            } else {
                LOG.error("{} messages of group {} are unaccounted for: {}", account.unaccounted(), group, account);
            }
        });
    }

    /**
     * Settles, and stores the books. Called by retention before it deletes anything: what is stored then never lags behind
     * what was deleted.
     *
     * @return false if there is more to count, so that nothing may be deleted yet
     */
    public boolean settleAndStore() throws IOException {
        if (!settle()) {
            return false;
        }
        persist();
        return store.failure() == null;
    }

    /** Stores the books if they changed, after a flush of the log. */
    public void persist() throws IOException {
        synchronized (storing) {
            persistChanges();
        }
    }

    private void persistChanges() throws IOException {
        if (store.failure() != null) {
            // Reported when it happened; the log cannot be flushed any more, so nothing may be promised by a file.
            return;
        }
        byte[] content = content();
        if (!Arrays.equals(content, storedContent)) {
            store.flush();
            file.write(content);
            storedContent = content;
        }
    }

    private byte[] content() {
        synchronized (lock) {
            Map<String, AccountsCheckpoint.Ledger> ledgers = new TreeMap<>();
            books.ledgers().forEach((group, ledger) -> ledgers.put(group, ledger.content()));
            return JsonBodies.write(
                            new AccountsCheckpoint(copies.counted(), copies.walked(), ledgers, copies.unreadable()))
                    .toByteArray();
        }
    }
}
