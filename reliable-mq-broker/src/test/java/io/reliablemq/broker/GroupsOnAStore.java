package io.reliablemq.broker;

import io.reliablemq.broker.accounting.GroupAccount;
import io.reliablemq.broker.accounting.LossAccounts;
import io.reliablemq.broker.delivery.DelayCursors;
import io.reliablemq.broker.delivery.DelayLevels;
import io.reliablemq.broker.delivery.DelaySchedule;
import io.reliablemq.broker.delivery.MessageCopies;
import io.reliablemq.broker.delivery.OwnDelays;
import io.reliablemq.broker.delivery.RetryPolicy;
import io.reliablemq.broker.group.CommittedOffsets;
import io.reliablemq.broker.group.GroupSettingsTable;
import io.reliablemq.broker.request.GroupTopics;
import io.reliablemq.broker.request.ReadThreads;
import io.reliablemq.broker.request.RequestChecks;
import io.reliablemq.broker.request.SendBackHandler;
import io.reliablemq.broker.store.AppendResult;
import io.reliablemq.broker.store.MessageStore;
import io.reliablemq.broker.store.QueueKey;
import io.reliablemq.broker.store.file.AtomicFile;
import io.reliablemq.broker.store.file.StoreFiles;
import io.reliablemq.broker.topic.SystemTopics;
import io.reliablemq.broker.topic.Topics;
import io.reliablemq.protocol.command.Command;
import io.reliablemq.protocol.command.RequestCode;
import io.reliablemq.protocol.header.SendMessageBackRequest;
import io.reliablemq.protocol.message.StoredMessage;
import io.reliablemq.protocol.runtime.Clock;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The parts of a broker that consumer groups have to do with, on a store of the test's choice and stepped by the test:
 * offsets, sending back, the schedule, accounts. The levels are 1 s, 2 s and 3 s; retries wait for the third.
 */
public final class GroupsOnAStore implements AutoCloseable {

    public static final DelayLevels LEVELS = DelayLevels.parse("1s 2s 3s");
    public static final InetSocketAddress HOST = new InetSocketAddress("127.0.0.1", 10911);
    private static final Path STATE = Path.of("/data/state").toAbsolutePath();

    public final MessageStore store;
    public final CommittedOffsets offsets;
    public final DelayCursors cursors;
    public final LossAccounts accounts;
    private final OwnDelays ownDelays = new OwnDelays();
    public final MessageCopies copies = new MessageCopies(LEVELS, HOST);
    private final DelaySchedule schedule;
    private final SendBackHandler sendBack;
    private final ReadThreads readThreads = new ReadThreads((where, error) -> {
        // The answer tells. A read may also be under way when a test ends the store.
    });

    /** Tells which messages have copies behind a position of the log. */
    @FunctionalInterface
    public interface Origins {
        void collect(long from, Set<Long> into) throws IOException;
    }

    public GroupsOnAStore(MessageStore store, StoreFiles files, Clock clock, Origins origins) throws IOException {
        this.store = store;
        offsets = CommittedOffsets.load(file(files, "offsets"), store);
        cursors = DelayCursors.load(file(files, "delays"), store);
        accounts = LossAccounts.load(file(files, "accounts"), store, offsets, cursors::cursor);
        Set<Long> copied = new HashSet<>();
        origins.collect(cursors.copiesFrom(), copied);
        schedule = new DelaySchedule(store, copies, LEVELS, ownDelays, cursors, copied::contains, clock, () -> {});
        Topics topics = Topics.load(
                file(files, "topics"),
                new SystemTopics("b", "c", true, 4, LEVELS.highest()),
                Runnable::run,
                () -> CompletableFuture.completedFuture(null),
                clock.wallMs());
        sendBack = new SendBackHandler(
                new RequestChecks(topics, GroupSettingsTable.load(file(files, "groups"), Runnable::run)),
                new RetryPolicy(LEVELS, ownDelays),
                copies,
                GroupTopics.made(topics),
                store,
                readThreads,
                accounts::takenBack);
    }

    public static AtomicFile file(StoreFiles files, String name) {
        return new AtomicFile(files, STATE.resolve(name + ".json"));
    }

    public static StoredMessage message(QueueKey queue, String body) {
        return new StoredMessage(
                queue.topic(),
                queue.queueId(),
                0,
                0,
                0,
                0,
                1,
                HOST,
                0,
                HOST,
                0,
                0,
                Map.of("UNIQ_KEY", body),
                body.getBytes(StandardCharsets.UTF_8));
    }

    public CompletableFuture<AppendResult> send(QueueKey queue, String body) {
        CompletableFuture<AppendResult> result = new CompletableFuture<>();
        store.append(message(queue, body), MessageStore.NO_ORIGIN, result::complete);
        return result;
    }

    public StoredMessage read(QueueKey queue, long offset) throws IOException {
        return Objects.requireNonNull(store.readAt(queue, offset), () -> queue + " has no " + offset);
    }

    /** A consumer of the group gives the message back; after {@code maxTimes} retries it is dead. */
    public CompletableFuture<Command> giveBack(String group, StoredMessage failed, int maxTimes) {
        return giveBack(group, failed, maxTimes, null);
    }

    /** Likewise. @param delay before the next delivery; null for the broker's */
    public CompletableFuture<Command> giveBack(
            String group, StoredMessage failed, int maxTimes, @Nullable Duration delay) {
        TestReply reply = new TestReply();
        SendMessageBackRequest header = new SendMessageBackRequest(
                failed.position(), group, 0, failed.property("UNIQ_KEY"), failed.topic(), maxTimes, delay, null);
        sendBack.handle(Command.request(RequestCode.CONSUMER_SEND_MESSAGE_BACK, header.fields()), reply);
        return reply.answer;
    }

    public Command givenBack(String group, StoredMessage failed, int maxTimes) throws Exception {
        return giveBack(group, failed, maxTimes).get(20, TimeUnit.SECONDS);
    }

    public void subscribe(String group, String topic) {
        offsets.subscribed(group, List.of(topic, "%RETRY%" + group));
    }

    /** Lets the schedule hand over what is due, as far as that needs no more waiting for the disk. */
    public void deliverDue() throws IOException {
        schedule.doWork();
        schedule.doWork();
    }

    /** The group's account now, which always adds up unless the test breaks something. */
    public GroupAccount account(String group) throws IOException {
        offsets.persist();
        while (!accounts.settle()) {
            // One round counts so many messages at most.
        }
        return Objects.requireNonNull(accounts.accounts().get(group), group);
    }

    /** Stores everything, as the stop does. */
    public void persist() throws IOException {
        offsets.persist();
        cursors.persist();
        accounts.settle();
        accounts.persist();
    }

    /** Ends threads; stores nothing. */
    @Override
    public void close() {
        readThreads.close();
    }
}
