package io.reliablemq.conformance.crash;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.reliablemq.conformance.client.OfficialPeer;
import io.reliablemq.conformance.client.OurClientLibrary;
import io.reliablemq.conformance.crash.SentMessages.Acknowledged;
import io.reliablemq.conformance.port.ClientLibrary;
import io.reliablemq.conformance.port.Listener.Outcome;
import io.reliablemq.conformance.port.Receiver;
import io.reliablemq.conformance.port.Sender;
import io.reliablemq.conformance.port.Subscription;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/**
 * One broker, one data folder, {@value #DEFAULT_ROUNDS} times SIGKILL at random moments, while both client libraries produce
 * and six groups consume. Afterwards every message is accounted for: by the receivers, by the log as a fresh group reads it,
 * and by the broker's own accounts.
 *
 * <p>Log files are small, so that they roll, are indexed and deleted all the time. Some rounds are under {@code ASYNC_FLUSH}:
 * a process that dies leaves what it has written with the system. Some kill the broker once more while it starts.
 */
class BrokerCrashRoundsIT {

    private static final int DEFAULT_ROUNDS = 20;
    private static final int ROUNDS = Integer.getInteger("crash.rounds", DEFAULT_ROUNDS);
    private static final Duration BOUND = Duration.ofSeconds(90);

    /** Every so many rounds: ASYNC_FLUSH; a second kill within the start. */
    private static final int ASYNC_EVERY = 4;

    private static final int KILLED_STARTING_EVERY = 5;
    private static final int MOST_MICROS_INTO_THE_START = 1_500_000;

    /** Enough for any moment of a kill, and for going on behind it until all groups have caught up. */
    private static final int MOST_A_ROUND = 1_500;

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    Path folder;

    private final long seed = Long.getLong("crash.seed", System.nanoTime());
    private final Random random = new Random(seed);
    private final SentMessages plain = new SentMessages();
    private final SentMessages delayed = new SentMessages();
    private final List<ProducerThread> producers = new ArrayList<>();
    private final List<AutoCloseable> opened = new ArrayList<>();
    private BrokerThroughCrashes broker;
    private ConsumerGroups groups;

    @BeforeEach
    void prepare() {
        System.out.println("Crash rounds: repeat the moments with -Dcrash.seed=" + seed);
        broker = new BrokerThroughCrashes(
                folder,
                "message-delay-level=100ms 200ms 300ms 400ms 500ms",
                "segment-bytes=1MB",
                "retention.size=8MB",
                "retention.dead-letter-age=30s",
                "disk-reserve=100MB");
        opened.add(broker);
    }

    @AfterEach
    void end() throws Exception {
        stopEach();
        for (int i = opened.size() - 1; i >= 0; i--) {
            opened.get(i).close();
        }
    }

    // Twice what it takes beside others on two busy processors.
    @Test
    @Timeout(value = 10, unit = TimeUnit.MINUTES)
    void everyMessageIsAccountedForAfterTwentyKills() throws Exception {
        broker.start();
        broker.createTopic(ConsumerGroups.PLAIN, 4);
        broker.createTopic(ConsumerGroups.DELAYED, 2);
        groups = new ConsumerGroups(broker.nameServers());
        opened.add(groups);
        startProducers();
        broker.awaitTopic(ConsumerGroups.DEAD_LETTERS);
        groups.openDeadLetters();

        for (int round = 1; round <= ROUNDS; round++) {
            round(round);
        }
        stopProducers();
        requireThatAllIsReceived();
        groups.close();
        requireThatTheLogHoldsIt();
        requireThatTheAccountsAgree();
    }

    private void startProducers() {
        ClientLibrary ours = new OurClientLibrary();
        Sender first = opened(ours.sender(broker.nameServers(), "P-crash-first"));
        Sender second = opened(ours.sender(broker.nameServers(), "P-crash-second"));
        Sender official = opened(OfficialPeer.clientLibrary().sender(broker.nameServers(), "P-crash-official"));
        for (int i = 0; i < 2; i++) {
            produce("first-" + i, first);
            produce("second-" + i, second);
            produce("official-" + i, official);
        }
        producers.add(new ProducerThread(
                        "delayed",
                        second,
                        ConsumerGroups.DELAYED,
                        id -> 1 + (int) (ProducerThread.numberOf(id) % 5),
                        delayed,
                        broker.kills())
                .start());
    }

    private void produce(String name, Sender sender) {
        producers.add(new ProducerThread(name, sender, ConsumerGroups.PLAIN, id -> 0, plain, broker.kills()).start());
    }

    private Sender opened(Sender sender) {
        opened.add(sender);
        return sender;
    }

    private void round(int round) throws Exception {
        int plainBefore = plain.acknowledgedCount();
        plain.allow(plainBefore + MOST_A_ROUND);
        int delayedBefore = delayed.acknowledgedCount();
        delayed.allow(delayedBefore + MOST_A_ROUND);
        plain.awaitAcknowledged(plainBefore + 100 + random.nextInt(1_000), BOUND);
        broker.killAfter(random.nextInt(50_000));
        List<Acknowledged> plainChecked = plain.acknowledgedFrom(plainBefore);
        List<Acknowledged> delayedChecked = delayed.acknowledgedFrom(delayedBefore);

        String flushDiskType = round % ASYNC_EVERY == 0 ? "ASYNC_FLUSH" : "SYNC_FLUSH";
        broker.flush(flushDiskType);
        int microsIntoTheStart = random.nextInt(MOST_MICROS_INTO_THE_START);
        if (round % KILLED_STARTING_EVERY == 0) {
            broker.killWhileItStarts(microsIntoTheStart);
        }
        Duration ready = broker.start();
        for (GroupRecord group : groups.ofPlain()) {
            // The official consumer waits for seconds after each failed pull; it is asked at the end.
            if (group != groups.official) {
                group.requireAll(ids(plainChecked), BOUND);
            }
        }
        groups.delayed.requireAll(ids(delayedChecked), BOUND);
        requireNothingUnknown();
        requireNothingUnaccounted();
        report(round, flushDiskType, ready);
    }

    private void report(int round, String flushDiskType, Duration ready) {
        OpeningLine opening = broker.opening();
        System.out.printf(
                "Round %d, then %s: sent %d, acknowledged %d, unknown outcome %d, received %d, duplicated %d, lost 0,"
                        + " retried %d, dead %d; log opened in %d ms (%d segments, %d indexed again, %d records read),"
                        + " healthy after %d ms%n",
                round,
                flushDiskType,
                plain.tried() + delayed.tried(),
                plain.acknowledgedCount() + delayed.acknowledgedCount(),
                plain.unknownCount() + delayed.unknownCount(),
                groups.inOrder.distinct() + groups.delayed.distinct(),
                groups.all().stream().mapToLong(GroupRecord::duplicates).sum(),
                groups.failing.retries(),
                groups.dead.distinct(),
                opening.millis(),
                opening.segments(),
                opening.rebuilt(),
                opening.records(),
                ready.toMillis());
    }

    private static List<String> ids(List<Acknowledged> messages) {
        return messages.stream().map(Acknowledged::id).toList();
    }

    private void requireNothingUnknown() {
        for (GroupRecord group : groups.ofPlain()) {
            assertThat(plain.neverSent(group.ids()))
                    .as("received by %s, never sent", group.group())
                    .isEmpty();
        }
        assertThat(plain.neverSent(groups.dead.ids())).as("dead, never sent").isEmpty();
        assertThat(delayed.neverSent(groups.delayed.ids()))
                .as("delayed, never sent")
                .isEmpty();
    }

    /** By the broker's own accounts, as soon as there are any since its start. */
    private void requireNothingUnaccounted() {
        await("the accounts of this start")
                .atMost(BOUND)
                .untilAsserted(() -> assertThat(broker.management().accounts())
                        .containsKey(ConsumerGroups.FAILING)
                        .allSatisfy((group, account) ->
                                assertThat(account).as(group).containsEntry("unaccounted", 0L)));
    }

    private void stopEach() {
        producers.forEach(ProducerThread::stop);
        plain.allow(Integer.MAX_VALUE);
        delayed.allow(Integer.MAX_VALUE);
    }

    private void stopProducers() throws InterruptedException {
        stopEach();
        for (ProducerThread producer : producers) {
            producer.join(BOUND);
        }
    }

    private void requireThatAllIsReceived() throws Exception {
        List<Acknowledged> allPlain = plain.acknowledgedFrom(0);
        for (GroupRecord group : groups.ofPlain()) {
            group.requireAll(ids(allPlain), BOUND);
        }
        groups.delayed.requireAll(ids(delayed.acknowledgedFrom(0)), BOUND);
        awaitAllFinished();
        Set<String> doomed = groups.plainImage.messages().stream()
                .filter(ConsumerGroups::failsAlways)
                .collect(Collectors.toSet());
        groups.dead.requireAll(doomed, BOUND);
        assertThat(groups.dead.ids()).as("dead letters").isEqualTo(doomed);
        assertThat(doomed)
                .allSatisfy(id -> assertThat(groups.failing.timesReceived(id))
                        .as("attempts with %s", id)
                        .isGreaterThanOrEqualTo(ConsumerGroups.attemptsOfTheDead()));
        requireNothingUnknown();
        assertThat(groups.order.leaps()).as("offsets left out").isEmpty();
    }

    /** Also what is in the log although its send failed. */
    private void awaitAllFinished() {
        await("the groups have finished all that the log holds").atMost(BOUND).untilAsserted(() -> {
            Map<String, Map<String, Long>> accounts = broker.management().accounts();
            for (GroupRecord group : groups.ofPlain()) {
                assertThat(accounts.get(group.group()))
                        .as(group.group())
                        .containsEntry("appended", (long) groups.plainImage.size())
                        .containsEntry("inflight", 0L)
                        .containsEntry("retrying", 0L);
            }
        });
    }

    private void requireThatTheLogHoldsIt() {
        groups.plainImage.requireWhole();
        groups.plainImage.requireOrder();
        groups.plainImage.requireOriginals(plain.acknowledgedFrom(0), true);
        groups.delayedImage.requireWhole();
        groups.delayedImage.requireOriginals(delayed.acknowledgedFrom(0), false);
        requireThatAFreshGroupReadsIt("G-crash-fresh-ours", new OurClientLibrary());
        requireThatAFreshGroupReadsIt("G-crash-fresh-official", OfficialPeer.clientLibrary());
    }

    /** It reads all that retention has left of the log, the same messages at the same offsets, to the end of each queue. */
    private void requireThatAFreshGroupReadsIt(String group, ClientLibrary library) {
        TopicImage image = new TopicImage(ConsumerGroups.PLAIN);
        try (Receiver receiver =
                library.receiver(broker.nameServers(), Subscription.of(group, ConsumerGroups.PLAIN), message -> {
                    image.seen(message, LoadThreads.idOf(message.body()));
                    return Outcome.CONSUME_SUCCESS;
                })) {
            await(group + " reads all that is kept").atMost(BOUND).untilAsserted(() -> {
                assertThat(broker.management().accounts().get(group))
                        .containsEntry("inflight", 0L)
                        .containsEntry("unaccounted", 0L)
                        .containsEntry("acknowledged", (long) image.size());
                image.requireTheNewestOf(groups.plainImage);
            });
        }
    }

    private void requireThatTheAccountsAgree() throws Exception {
        long appended = groups.plainImage.size();
        long dead = groups.deadImage.size();
        await("the accounts are settled").atMost(BOUND).untilAsserted(() -> {
            Map<String, Map<String, Long>> accounts = broker.management().accounts();
            for (GroupRecord group : groups.ofPlain()) {
                Map<String, Long> account = accounts.get(group.group());
                assertThat(account)
                        .as(group.group())
                        .containsEntry("appended", appended)
                        .containsEntry("inflight", 0L)
                        .containsEntry("retrying", 0L)
                        .containsEntry("expired", 0L)
                        .containsEntry("unaccounted", 0L)
                        .containsEntry("dead", group == groups.failing ? dead : 0L);
                assertThat(account.get("acknowledged") + account.get("dead"))
                        .as(group.group())
                        .isEqualTo(appended + account.get("duplicated"));
            }
            assertThat(accounts.get(groups.delayed.group()))
                    .containsEntry("appended", (long) groups.delayedImage.size())
                    .containsEntry("acknowledged", (long) groups.delayedImage.size())
                    .containsEntry("unaccounted", 0L);
            assertThat(accounts.get(groups.dead.group()))
                    .containsEntry("appended", dead)
                    .containsEntry("expired", 0L)
                    .containsEntry("unaccounted", 0L);
        });
        assertThat(broker.management().health()).contains("\"UP\"");
        System.out.println("Accounts: " + broker.management().accounts());
        System.out.printf(
                "Log: %d messages stored in %s, %d of them acknowledged; %.0f segments; the group in order went back over %d%n",
                appended,
                ConsumerGroups.PLAIN,
                plain.acknowledgedCount(),
                broker.management().figure("log_segments"),
                groups.order.wentBack());
    }
}
