package io.reliablemq.broker.accounting;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.reliablemq.broker.GroupsOnAStore;
import io.reliablemq.broker.ManualClock;
import io.reliablemq.broker.MemoryStore;
import io.reliablemq.broker.figures.Health;
import io.reliablemq.broker.store.AppendListener;
import io.reliablemq.broker.store.AppendResult;
import io.reliablemq.broker.store.MessageStore;
import io.reliablemq.broker.store.QueueKey;
import io.reliablemq.broker.store.UnreadableMessageException;
import io.reliablemq.broker.store.file.SimulatedDisk;
import io.reliablemq.protocol.message.Names;
import io.reliablemq.protocol.message.StoredMessage;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class LossAccountsTest {

    private static final QueueKey ORDERS = new QueueKey("orders", 0);
    private static final QueueKey RETRIES = new QueueKey("%RETRY%g", 0);
    private static final QueueKey DEAD = new QueueKey("%DLQ%g", 0);
    private static final int MANY = 16;

    private final ManualClock clock = new ManualClock();
    private final MemoryStore store = new MemoryStore(clock);
    private final SimulatedDisk disk = new SimulatedDisk();
    private GroupsOnAStore groups;

    @BeforeEach
    void open() throws IOException {
        open(store);
    }

    private void open(MessageStore on) throws IOException {
        groups = new GroupsOnAStore(on, disk, clock, (from, into) -> into.addAll(store.origins));
    }

    @AfterEach
    void close() {
        groups.close();
    }

    private void send(int count) {
        for (int i = 0; i < count; i++) {
            groups.send(ORDERS, "m" + store.maxOffset(ORDERS));
        }
    }

    private void fail(QueueKey queue, long offset, int maxTimes) throws Exception {
        assertThat(groups.givenBack("g", groups.read(queue, offset), maxTimes).isSuccess())
                .isTrue();
    }

    private void deliverRetries() throws IOException {
        clock.pass(Duration.ofSeconds(3));
        groups.deliverDue();
    }

    private GroupAccount account() throws IOException {
        return groups.account("g");
    }

    private static GroupAccount of(
            long appended, long acknowledged, long inFlight, long retrying, long dead, long expired, long duplicated) {
        return new GroupAccount("g", appended, acknowledged, inFlight, retrying, dead, expired, duplicated);
    }

    @Test
    void followsMessagesFromOneFigureToTheNext() throws Exception {
        groups.subscribe("g", "orders");
        send(10);
        assertThat(account()).isEqualTo(of(10, 0, 10, 0, 0, 0, 0));

        fail(ORDERS, 2, MANY);
        fail(ORDERS, 3, 0);
        assertThat(account()).isEqualTo(of(10, 0, 8, 1, 1, 0, 0));

        groups.offsets.commit("g", ORDERS, 4);
        assertThat(account()).isEqualTo(of(10, 2, 6, 1, 1, 0, 0));

        deliverRetries();
        assertThat(store.queue(RETRIES)).hasSize(1);
        assertThat(account()).isEqualTo(of(10, 2, 6, 1, 1, 0, 0));

        fail(RETRIES, 0, 1);
        groups.offsets.commit("g", RETRIES, 1);
        groups.offsets.commit("g", ORDERS, 10);
        assertThat(account()).isEqualTo(of(10, 8, 0, 0, 2, 0, 0));
        assertThat(account().unaccounted()).isZero();
    }

    @Test
    void retriesAfterDelaysOfTheGroupCountAsThoseOfALevelDo() throws Exception {
        groups.subscribe("g", "orders");
        send(3);
        Duration own = Duration.ofMillis(1_234);
        assertThat(groups.giveBack("g", groups.read(ORDERS, 0), MANY, own)
                        .get(20, TimeUnit.SECONDS)
                        .isSuccess())
                .isTrue();
        fail(ORDERS, 1, MANY);
        assertThat(account()).isEqualTo(of(3, 0, 1, 2, 0, 0, 0));

        clock.pass(own);
        groups.deliverDue();
        assertThat(store.queue(RETRIES)).hasSize(1);
        assertThat(account()).isEqualTo(of(3, 0, 1, 2, 0, 0, 0));
        groups.offsets.commit("g", RETRIES, 1);
        assertThat(account()).isEqualTo(of(3, 1, 1, 1, 0, 0, 0));

        groups.accounts.persist();
        groups.close();
        open(store);
        deliverRetries();
        groups.offsets.commit("g", RETRIES, 2);
        groups.offsets.commit("g", ORDERS, 3);
        assertThat(account()).isEqualTo(of(3, 3, 0, 0, 0, 0, 0));
    }

    @Test
    void tellsWhatWaitsForAnotherAttemptBeforeTheNextSettlement() throws Exception {
        groups.subscribe("g", "orders");
        send(3);
        fail(ORDERS, 0, MANY);
        fail(ORDERS, 1, 0);
        groups.offsets.commit("g", ORDERS, 3);
        assertThat(groups.accounts.retrying("g")).isEqualTo(1);
        assertThat(groups.accounts.retrying("nobody")).isZero();

        deliverRetries();
        assertThat(groups.accounts.retrying("g")).isEqualTo(1);
        fail(RETRIES, 0, MANY);
        groups.offsets.commit("g", RETRIES, 1);
        assertThat(groups.accounts.retrying("g")).isEqualTo(1);

        clock.pass(Duration.ofHours(3));
        groups.deliverDue();
        groups.offsets.commit("g", RETRIES, 2);
        assertThat(groups.accounts.retrying("g")).isZero();
        assertThat(account()).isEqualTo(of(3, 2, 0, 0, 1, 0, 0));
    }

    @Test
    void givesEachFigureWithTheNameOfTheGroup() throws Exception {
        groups.subscribe("g", "orders");
        send(2);
        fail(ORDERS, 0, 0);
        account();
        AccountFigures figures = new AccountFigures(groups.accounts);

        assertThat(figures.findings()).isEmpty();
        assertThat(figures.read())
                .allSatisfy(figure -> assertThat(figure.tags()).containsEntry("group", "g"))
                .extracting(figure ->
                        figure.name().substring("reliable.mq.broker.group.".length()) + "=" + (long) figure.value())
                .containsExactly(
                        "appended=2",
                        "acknowledged=0",
                        "inflight=1",
                        "retrying=0",
                        "dead=1",
                        "expired=0",
                        "duplicated=0",
                        "unaccounted=0");
    }

    @Test
    void standsStillWhileTheLogCannotBeReadAndGoesOnAfterwards() throws Exception {
        groups.subscribe("g", "orders");
        send(1);
        GroupAccount before = account();
        fail(ORDERS, 0, MANY);
        store.unreadable = new QueueKey(Names.SCHEDULE_TOPIC, 2);

        groups.accounts.settleWhatMoved();
        assertThat(groups.accounts.isSettled()).isFalse();
        assertThat(groups.accounts.accounts()).containsEntry("g", before);

        store.unreadable = null;
        groups.accounts.settleWhatMoved();
        assertThat(groups.accounts.accounts()).containsEntry("g", of(1, 0, 0, 1, 0, 0, 0));
    }

    @Test
    void copyOnItsWayIsInOneFigureOnly() throws Exception {
        groups.subscribe("g", "orders");
        send(1);
        fail(ORDERS, 0, MANY);
        account();
        // The copy is in the retry topic, but the cursor has not passed the parked one.
        StoredMessage parked =
                store.queue(new QueueKey(Names.SCHEDULE_TOPIC, 2)).get(0);
        store.append(groups.copies.due(parked, 1), parked.position(), result -> {});

        assertThat(account()).isEqualTo(of(1, 0, 0, 1, 0, 0, 0));
    }

    @Test
    void countsNothingOfGroupsThatAreNotKnown() throws Exception {
        send(3);
        groups.accounts.settle();
        assertThat(groups.accounts.accounts()).isEmpty();
    }

    @Test
    void groupThatCommitsBeforeItSubscribesCountsFromThere() throws Exception {
        send(5);
        groups.offsets.commit("g", ORDERS, 2);
        groups.offsets.commit("g", ORDERS, 3);

        assertThat(account()).isEqualTo(of(3, 1, 2, 0, 0, 0, 0));
    }

    @Test
    void retryThatCannotBeReadStillWaitsAndOthersAreCounted() throws Exception {
        groups.subscribe("g", "orders");
        send(3);
        fail(ORDERS, 0, MANY);
        assertThat(account()).isEqualTo(of(3, 0, 2, 1, 0, 0, 0));
        fail(ORDERS, 1, MANY);
        List<StoredMessage> parked = List.copyOf(store.queue(new QueueKey(Names.SCHEDULE_TOPIC, 2)));
        // One that was counted as waiting before it was damaged, and one that was not.
        store.rotten.addAll(parked);
        fail(ORDERS, 2, MANY);
        deliverRetries();
        assertThat(store.queue(RETRIES)).hasSize(1);
        // The second one counts as in flight: whose it is cannot be read.
        assertThat(account()).isEqualTo(of(3, 0, 1, 2, 0, 0, 0));
        assertThat(account().unaccounted()).isZero();

        groups.persist();
        groups.close();
        open();
        assertThat(account()).isEqualTo(of(3, 0, 1, 2, 0, 0, 0));

        store.rotten.clear();
        deliverRetries();
        assertThat(store.queue(RETRIES)).hasSize(3);
        assertThat(account()).isEqualTo(of(3, 0, 0, 3, 0, 0, 0));
        groups.offsets.commit("g", RETRIES, 3);
        groups.offsets.commit("g", ORDERS, 3);
        assertThat(account()).isEqualTo(of(3, 3, 0, 0, 0, 0, 0));
        assertThat(account().unaccounted()).isZero();
    }

    /** While something else is read before it each time. @return how often the log could not be read */
    private int settleAtLast() {
        for (int failures = 0; failures < 200; failures++) {
            groups.send(RETRIES, "from outside " + failures);
            try {
                if (groups.accounts.settle()) {
                    return failures;
                }
            } catch (IOException e) {
                assertThat(e).hasMessageContaining("as the test wants");
            }
        }
        throw new AssertionError("The accounts stand still");
    }

    @Test
    void readThatFailsForGoodEndsUpAsDamageHoweverMuchElseIsRead() throws Exception {
        groups.subscribe("g", "orders");
        send(2);
        fail(ORDERS, 0, MANY);
        fail(ORDERS, 1, MANY);
        store.failing.addAll(store.queue(new QueueKey(Names.SCHEDULE_TOPIC, 2)));

        // Both together: the second one is not waited for in addition.
        assertThat(settleAtLast()).isBetween(10, 60);
        assertThat(groups.accounts.settleAndStore()).isTrue();

        store.failing.clear();
        deliverRetries();
        groups.offsets.commit("g", RETRIES, store.maxOffset(RETRIES));
        groups.offsets.commit("g", ORDERS, 2);
        assertThat(account().retrying()).isZero();
        assertThat(account().inFlight()).isZero();
        assertThat(account().unaccounted()).isZero();
    }

    @Test
    void readThatFailsForAWhileIsMadeGood() throws Exception {
        groups.subscribe("g", "orders");
        send(1);
        fail(ORDERS, 0, MANY);
        store.failing.addAll(store.queue(new QueueKey(Names.SCHEDULE_TOPIC, 2)));
        for (int i = 0; i < 30; i++) {
            assertThatThrownBy(groups.accounts::settle).isInstanceOf(UnreadableMessageException.class);
        }

        store.failing.clear();
        assertThat(account()).isEqualTo(of(1, 0, 0, 1, 0, 0, 0));
    }

    @Test
    void originalThatFailsForGoodHoldsNothingUpAndIsEnteredOnce() throws Exception {
        groups.subscribe("g", "orders");
        send(2);
        fail(ORDERS, 0, MANY);
        fail(ORDERS, 1, 0);
        store.failing.addAll(store.queue(ORDERS));

        assertThat(settleAtLast()).isBetween(10, 60);
        GroupAccount account = account();
        // Whose copies they are cannot be told, so their originals are still in flight.
        assertThat(account.inFlight()).isEqualTo(2);
        assertThat(account.dead()).isEqualTo(1);
        assertThat(account.retrying()).isEqualTo(1 + store.maxOffset(RETRIES));
        assertThat(account.unaccounted()).isZero();
    }

    @Test
    void copyWhoseOriginalInTheScheduleFailsForGoodComesFromOutside() throws Exception {
        groups.subscribe("g", "orders");
        send(1);
        fail(ORDERS, 0, MANY);
        account();
        deliverRetries();
        store.failing.addAll(store.queue(new QueueKey(Names.SCHEDULE_TOPIC, 2)));

        assertThat(settleAtLast()).isBetween(10, 60);
    }

    private String stored() throws IOException {
        groups.persist();
        byte[] content = GroupsOnAStore.file(disk, "accounts").read();
        return new String(Objects.requireNonNull(content), StandardCharsets.UTF_8);
    }

    @Test
    void delayedMessageOfNoGroupIsForgottenOnceItCanBeRead() throws Exception {
        groups.subscribe("g", "orders");
        store.append(groups.copies.parked(GroupsOnAStore.message(ORDERS, "delayed"), 3), -1, result -> {});
        store.rotten.addAll(store.queue(new QueueKey(Names.SCHEDULE_TOPIC, 2)));
        account();
        assertThat(stored()).doesNotContain("\"unreadable\":[]");

        store.rotten.clear();
        deliverRetries();
        account();
        assertThat(stored()).contains("\"unreadable\":[]");
    }

    @Test
    void retryThatCouldNotBeReadAndIsDeletedThenHasExpired() throws Exception {
        groups.subscribe("g", "orders");
        send(2);
        fail(ORDERS, 0, MANY);
        account();
        QueueKey level = new QueueKey(Names.SCHEDULE_TOPIC, 2);
        store.rotten.addAll(store.queue(level));
        deliverRetries();
        fail(ORDERS, 1, MANY);
        assertThat(account()).isEqualTo(of(2, 0, 0, 2, 0, 0, 0));

        store.delete(level, 0, 1);
        groups.deliverDue();
        assertThat(account()).isEqualTo(of(2, 0, 0, 1, 0, 1, 0));
        assertThat(stored()).contains("\"unreadable\":[]");

        groups.close();
        open();
        assertThat(account()).isEqualTo(of(2, 0, 0, 1, 0, 1, 0));
    }

    @Test
    void groupThatChoosesWhereToBeginCountsFromThere() throws Exception {
        groups.subscribe("g", "orders");
        send(5);
        assertThat(account()).isEqualTo(of(5, 0, 5, 0, 0, 0, 0));

        InetSocketAddress member = new InetSocketAddress("127.0.0.1", 40_001);
        groups.offsets.known().choosesStart("g", ORDERS, member);
        groups.offsets.known().pulls("g", ORDERS, 3, member);
        groups.offsets.known().pulls("g", ORDERS, 4, member);

        assertThat(account()).isEqualTo(of(2, 0, 2, 0, 0, 0, 0));
    }

    @Test
    void secondCopyOfOneMessageIsADuplicateAndNothingElse() throws Exception {
        groups.subscribe("g", "orders");
        send(3);
        fail(ORDERS, 1, MANY);
        // Its consumer died before it committed, and the next one failed too.
        fail(ORDERS, 1, MANY);
        groups.offsets.commit("g", ORDERS, 3);
        assertThat(account()).isEqualTo(of(3, 2, 0, 2, 0, 0, 1));

        deliverRetries();
        groups.offsets.commit("g", RETRIES, 2);
        assertThat(account()).isEqualTo(of(3, 4, 0, 0, 0, 0, 1));
        assertThat(account().unaccounted()).isZero();
    }

    @Test
    void duplicateIsRecognisedAfterARestartFromOlderOffsets() throws Exception {
        groups.subscribe("g", "orders");
        send(3);
        groups.persist();
        fail(ORDERS, 0, MANY);
        groups.offsets.commit("g", ORDERS, 1);
        // Killed: neither the offset nor the copy was counted.
        open();
        fail(ORDERS, 0, MANY);
        groups.offsets.commit("g", ORDERS, 3);

        assertThat(account()).isEqualTo(of(3, 2, 0, 2, 0, 0, 1));
    }

    @Test
    void groupThatGoesBackHasItsMessagesInFlightAgain() throws Exception {
        groups.subscribe("g", "orders");
        send(4);
        fail(ORDERS, 0, 0);
        groups.offsets.commit("g", ORDERS, 4);
        assertThat(account()).isEqualTo(of(4, 3, 0, 0, 1, 0, 0));

        groups.offsets.commit("g", ORDERS, 0);
        assertThat(account()).isEqualTo(of(8, 3, 4, 0, 1, 0, 0));

        groups.offsets.commit("g", ORDERS, 4);
        assertThat(account()).isEqualTo(of(4, 3, 0, 0, 1, 0, 0));
    }

    @Test
    void whatConsumersSendThemselvesIsAppendedToo() throws Exception {
        groups.subscribe("g", "orders");
        send(1);
        groups.offsets.commit("g", ORDERS, 1);
        groups.send(RETRIES, "sent back by its consumer");
        StoredMessage later = GroupsOnAStore.message(RETRIES, "to be delivered later");
        store.append(groups.copies.parked(later, 3), MessageStore.NO_ORIGIN, result -> {});
        groups.send(DEAD, "given up by its consumer");

        assertThat(account()).isEqualTo(of(4, 1, 0, 2, 1, 0, 0));
        deliverRetries();
        assertThat(account()).isEqualTo(of(4, 1, 0, 2, 1, 0, 0));
    }

    @Test
    void messageOfAnotherGroupsRetryTopicComesFromOutside() throws Exception {
        groups.subscribe("g", "orders");
        groups.send(new QueueKey("%RETRY%other", 0), "not ours");
        fail(new QueueKey("%RETRY%other", 0), 0, MANY);

        assertThat(account()).isEqualTo(of(1, 0, 0, 1, 0, 0, 0));
    }

    @Test
    void whatRetentionDeletesBeforeItWasPassedHasExpired() throws Exception {
        groups.subscribe("g", "orders");
        send(10);
        groups.offsets.commit("g", ORDERS, 2);
        fail(ORDERS, 4, 0);
        account();

        store.delete(ORDERS, 0, 6);
        assertThat(account()).isEqualTo(of(10, 2, 4, 0, 1, 3, 0));

        groups.offsets.commit("g", ORDERS, 10);
        assertThat(account()).isEqualTo(of(10, 6, 0, 0, 1, 3, 0));
    }

    @Test
    void whatWasPassedBeforeItWasDeletedHasNotExpiredAfterACrashEither() throws Exception {
        groups.subscribe("g", "orders");
        send(10);
        fail(ORDERS, 4, 0);
        groups.persist();
        groups.offsets.commit("g", ORDERS, 8);
        groups.offsets.persist();

        assertThat(groups.accounts.settleAndStore()).isTrue();
        store.delete(ORDERS, 0, 8);
        open();

        assertThat(account()).isEqualTo(of(10, 7, 2, 0, 1, 0, 0));
    }

    @Test
    void gapInFrontOfTheGroupHasExpiredToo() throws Exception {
        groups.subscribe("g", "orders");
        send(10);
        fail(ORDERS, 5, 0);
        account();

        store.delete(ORDERS, 4, 7);
        assertThat(account()).isEqualTo(of(10, 0, 7, 0, 1, 2, 0));

        groups.offsets.commit("g", ORDERS, 10);
        assertThat(account()).isEqualTo(of(10, 7, 0, 0, 1, 2, 0));
    }

    @Test
    void copyThatRetentionDeletesInTheScheduleHasExpired() throws Exception {
        groups.subscribe("g", "orders");
        send(3);
        fail(ORDERS, 0, MANY);
        fail(ORDERS, 1, MANY);
        fail(ORDERS, 2, MANY);
        groups.offsets.commit("g", ORDERS, 3);
        account();

        store.delete(new QueueKey(Names.SCHEDULE_TOPIC, 2), 1, 2);
        deliverRetries();

        assertThat(store.queue(RETRIES)).hasSize(2);
        assertThat(account()).isEqualTo(of(3, 0, 0, 2, 0, 1, 0));
    }

    @Test
    void lossShowsWhenTheSchedulePassesOverACopy() throws Exception {
        groups.subscribe("g", "orders");
        send(1);
        StoredMessage original = groups.read(ORDERS, 0);
        StoredMessage parked = groups.copies.parked(groups.copies.retry(original, "g"), 3);
        Map<String, String> broken = new HashMap<>(parked.properties());
        // The schedule cannot tell the queue, and goes on to the next.
        broken.remove("REAL_QID");
        store.append(withProperties(parked, broken), original.position(), result -> {});
        groups.offsets.commit("g", ORDERS, 1);
        assertThat(account()).isEqualTo(of(1, 0, 0, 1, 0, 0, 0));

        deliverRetries();

        assertThat(account()).isEqualTo(of(1, 0, 0, 0, 0, 0, 0));
        assertThat(account().unaccounted()).isEqualTo(1);
        assertThat(new AccountFigures(groups.accounts).findings())
                .singleElement()
                .satisfies(finding -> {
                    assertThat(finding.status()).isEqualTo(Health.Status.DEGRADED);
                    assertThat(finding.what()).contains("g (1)");
                });
        // And it is not forgotten by a restart.
        groups.persist();
        open();
        assertThat(account().unaccounted()).isEqualTo(1);
    }

    private static StoredMessage withProperties(StoredMessage message, Map<String, String> properties) {
        return new StoredMessage(
                message.topic(),
                message.queueId(),
                0,
                0,
                0,
                0,
                1,
                message.bornHost(),
                0,
                message.storeHost(),
                message.reconsumeTimes(),
                0,
                properties,
                message.body());
    }

    @Test
    void lossShowsWhenACopyThatWasAnsweredIsNotInTheLog() throws Exception {
        open(forgetful(store));
        groups.subscribe("g", "orders");
        store.append(GroupsOnAStore.message(ORDERS, "poison"), MessageStore.NO_ORIGIN, result -> {});
        fail(ORDERS, 0, MANY);
        groups.offsets.commit("g", ORDERS, 1);

        assertThat(account()).isEqualTo(of(1, 0, 0, 0, 0, 0, 0));
        assertThat(account().unaccounted()).isEqualTo(1);
    }

    /** A store that says that it appended, and did not. */
    private static MessageStore forgetful(MemoryStore store) {
        return (MessageStore) Proxy.newProxyInstance(
                MessageStore.class.getClassLoader(),
                new Class<?>[] {MessageStore.class},
                (proxy, method, arguments) -> {
                    if (method.getName().equals("append")) {
                        long end = store.positions().written();
                        ((AppendListener) arguments[2])
                                .done(new AppendResult(AppendResult.Status.COMMITTED, end, 0, ""));
                        return null;
                    }
                    try {
                        return method.invoke(store, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    @Test
    void handOverThatWasAnsweredButNotAppendedShowsToo() throws Exception {
        groups.subscribe("g", "orders");
        send(1);
        fail(ORDERS, 0, MANY);
        groups.offsets.commit("g", ORDERS, 1);
        groups.persist();

        open(forgetful(store));
        deliverRetries();

        assertThat(account().unaccounted()).isEqualTo(1);
    }

    /** A life with everything in it: passed, in flight, waiting, delivered again, dead, twice. */
    private GroupAccount busyLife() throws Exception {
        groups.subscribe("g", "orders");
        send(20);
        fail(ORDERS, 0, MANY);
        fail(ORDERS, 1, 0);
        fail(ORDERS, 5, MANY);
        fail(ORDERS, 5, MANY);
        deliverRetries();
        fail(ORDERS, 7, MANY);
        fail(RETRIES, 0, 1);
        groups.offsets.commit("g", ORDERS, 6);
        groups.offsets.commit("g", RETRIES, 1);
        return account();
    }

    private void goOn() throws Exception {
        fail(ORDERS, 9, 0);
        fail(RETRIES, 1, MANY);
        groups.offsets.commit("g", RETRIES, 2);
        groups.offsets.commit("g", ORDERS, 20);
    }

    @Test
    void goesOnFromItsFileAndWhatTheLogHasBehindIt() throws Exception {
        assertThat(busyLife()).isEqualTo(of(20, 3, 13, 3, 2, 0, 1));
        groups.persist();
        goOn();
        groups.cursors.persist();
        GroupAccount expected = account();

        open();

        assertThat(account()).isEqualTo(expected);
        assertThat(expected.unaccounted()).isZero();
    }

    @Test
    void countsAnewWhenTheFileIsMissingOrDamaged() throws Exception {
        busyLife();
        goOn();
        GroupAccount expected = account();
        groups.persist();

        GroupsOnAStore.file(disk, "accounts").delete();
        open();
        assertThat(account()).isEqualTo(expected);

        GroupsOnAStore.file(disk, "accounts").write("{\"counted\":[{".getBytes(StandardCharsets.UTF_8));
        open();
        assertThat(account()).isEqualTo(expected);
    }

    @Test
    void countsAnewWhenTheFileIsAheadOfTheLog() throws Exception {
        busyLife();
        groups.persist();
        MemoryStore shorter = new MemoryStore(clock);
        groups = new GroupsOnAStore(shorter, disk, clock, (from, into) -> {});

        assertThat(account()).isEqualTo(of(0, 0, 0, 0, 0, 0, 0));
    }

    @Test
    void groupThatIsForgottenIsGoneAndAddsUpWhenItComesBack() throws Exception {
        busyLife();
        groups.offsets.forget("g", false);
        groups.accounts.settle();
        assertThat(groups.accounts.accounts()).isEmpty();

        groups.subscribe("g", "orders");
        deliverRetries();
        goOn();

        assertThat(account().unaccounted()).isZero();
        assertThat(account().inFlight()).isZero();
    }
}
