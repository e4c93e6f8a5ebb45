package io.reliablemq.conformance;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.reliablemq.conformance.broker.BrokerUnderTest;
import io.reliablemq.conformance.port.Administration;
import io.reliablemq.conformance.port.ClientLibrary;
import io.reliablemq.conformance.port.DeliveryTime;
import io.reliablemq.conformance.port.DeliveryTime.Kind;
import io.reliablemq.conformance.port.IncomingMessage;
import io.reliablemq.conformance.port.LocalTransactions;
import io.reliablemq.conformance.port.LocalTransactions.Outcome;
import io.reliablemq.conformance.port.OutgoingMessage;
import io.reliablemq.conformance.port.Receipt;
import io.reliablemq.conformance.port.Receiver;
import io.reliablemq.conformance.port.SendFailure;
import io.reliablemq.conformance.port.Sender;
import io.reliablemq.conformance.port.StoredCopy;
import io.reliablemq.conformance.port.Subscription;
import io.reliablemq.conformance.port.TransactionSender;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * What every client library must find on every broker. The four classes that extend it differ in these two only.
 */
abstract class ConformanceSuite extends ConformanceCase {

    /** Offset of the last message, and not of the next one. */
    private static final long UPPER_WHEN_ALL_ARE_OLDER = 2;

    abstract ClientLibrary client();

    private Sender sender() {
        return sender(client());
    }

    private Receiver receiver(Recorder recorder) {
        return receiver(client(), recorder);
    }

    private Receiver receiver(Subscription subscription, Recorder recorder) {
        return receiver(client(), subscription, recorder);
    }

    @Test
    void synchronousSendsAreReceivedWhereTheirReceiptsSay() {
        Sender sender = sender();
        List<Receipt> receipts = IntStream.range(0, 20)
                .mapToObj(i -> sender.send(message("sync-" + i)))
                .toList();

        Recorder recorder = Recorder.succeeding();
        receiver(recorder);

        awaitDeliveries(recorder, 20);
        assertThat(recorder.bodies()).isEqualTo(bodies("sync-", 20));
        assertThat(positionsReceived(recorder)).isEqualTo(positionsSent(receipts));
        assertThat(receipts).extracting(Receipt::queueId).contains(0, 1, 2, 3);
    }

    @Test
    void asynchronousSendsCompleteAndAreReceived() throws Exception {
        Sender sender = sender();
        List<CompletableFuture<Receipt>> futures = IntStream.range(0, 20)
                .mapToObj(i -> sender.sendAsync(message("async-" + i)))
                .toList();
        List<Receipt> receipts = new ArrayList<>();
        for (CompletableFuture<Receipt> future : futures) {
            receipts.add(future.get(DELIVERY_BOUND.toSeconds(), TimeUnit.SECONDS));
        }

        Recorder recorder = Recorder.succeeding();
        receiver(recorder);

        awaitDeliveries(recorder, 20);
        assertThat(recorder.bodies()).isEqualTo(bodies("async-", 20));
        assertThat(positionsReceived(recorder)).isEqualTo(positionsSent(receipts));
    }

    @Test
    void oneWaySendsAreReceived() {
        Sender sender = sender();
        IntStream.range(0, 20).forEach(i -> sender.sendOneWay(message("one-way-" + i)));

        Recorder recorder = Recorder.succeeding();
        receiver(recorder);

        awaitDeliveries(recorder, 20);
        assertThat(recorder.bodies()).isEqualTo(bodies("one-way-", 20));
    }

    @Test
    void aBatchIsStoredInOneQueueInOrder() {
        assumeTrue(client().offersBatches(), "the client offers no batches");
        List<OutgoingMessage> messages = IntStream.range(0, 5)
                .mapToObj(i -> message("batch-" + i).withTag("tag-" + i))
                .toList();
        Receipt receipt = sender().sendBatch(messages);
        assertThat(receipt.offsetMessageId().split(",")).hasSize(5);

        Recorder recorder = Recorder.succeeding();
        receiver(recorder);

        awaitDeliveries(recorder, 5);
        assertThat(recorder.deliveries()).extracting(IncomingMessage::queueId).containsOnly(receipt.queueId());
        Map<String, IncomingMessage> byBody = byBody(recorder);
        for (int i = 0; i < 5; i++) {
            IncomingMessage received = byBody.get("batch-" + i);
            assertThat(received.queueOffset()).isEqualTo(receipt.queueOffset() + i);
            assertThat(received.property("TAGS")).isEqualTo("tag-" + i);
        }
    }

    @Test
    void bodyKeysTagAndPropertiesArriveAsTheyWereSent() {
        // Above 4 KiB and repetitive: the client compresses it on its way. All byte values: nothing treats it as text.
        byte[] body = new byte[20_000];
        for (int i = 0; i < body.length; i++) {
            body[i] = (byte) i;
        }
        Map<String, String> properties = Map.of("plain", "value", "spaced", " a value ", "unicode", "Grüße, 世界 🚀");
        OutgoingMessage sent = OutgoingMessage.of(topic(), body)
                .withTag("the-tag")
                .withKeys("key-1 key-2")
                .withProperties(properties);
        Receipt receipt = sender().send(sent);

        Recorder recorder = Recorder.succeeding();
        receiver(recorder);

        awaitDeliveries(recorder, 1);
        IncomingMessage received = recorder.deliveries().get(0);
        assertThat(received.body()).isEqualTo(body);
        assertThat(received.topic()).isEqualTo(topic());
        assertThat(received.property("TAGS")).isEqualTo("the-tag");
        assertThat(received.property("KEYS")).isEqualTo("key-1 key-2");
        assertThat(received.properties()).containsAllEntriesOf(properties);
        assertThat(received.messageId()).isEqualTo(receipt.messageId()).isEqualTo(received.property("UNIQ_KEY"));
        assertThat(received.offsetMessageId()).isEqualTo(receipt.offsetMessageId());
        assertThat(received.reconsumeTimes()).isZero();
    }

    @Test
    void onlySubscribedTagsAreReceived() {
        Recorder recorder = Recorder.succeeding();
        Sender sender = sender();
        for (int i = 0; i < 10; i++) {
            sender.send(message("a-" + i).withTag("A"));
            sender.send(message("c-" + i).withTag("C"));
            sender.send(message("b-" + i).withTag("B"));
            sender.send(message("none-" + i));
        }
        receiver(Subscription.of(group(), topic()).withTags("A || B"), recorder);
        awaitDeliveries(recorder, 20);

        // Sent last to every queue: once these have come, anything unwanted before them would have come as well.
        Set<String> last = new HashSet<>();
        for (int i = 0; i < QUEUES * 2; i++) {
            sender.send(message("last-" + i).withTag("A"));
            last.add("last-" + i);
        }
        awaitDeliveries(recorder, 20 + last.size());
        Set<String> expected = new HashSet<>(last);
        expected.addAll(bodies("a-", 10));
        expected.addAll(bodies("b-", 10));
        assertThat(recorder.bodies()).isEqualTo(expected);
    }

    @Test
    void aMessageThatFailsTwiceComesBackTwiceAndKeepsItsIdentity() {
        broker().prepareGroup(group());
        Recorder recorder = Recorder.failing(2);
        receiver(recorder);
        Receipt receipt = sender().send(message("fails twice")
                .withTag("the-tag")
                .withKeys("the-key")
                .withProperties(Map.of("own", "value")));

        awaitFirstRetry(recorder);
        Duration untilRetry = recorder.between(0, 1);
        System.out.printf(
                "%s: first retry of a new group after %d ms%n", getClass().getSimpleName(), untilRetry.toMillis());
        assertThat(untilRetry).isGreaterThan(BrokerUnderTest.delayOfLevel().dividedBy(2));
        awaitDeliveries(recorder, 3);

        List<IncomingMessage> attempts = recorder.deliveries();
        assertThat(attempts).extracting(IncomingMessage::reconsumeTimes).containsExactly(0, 1, 2);
        assertThat(attempts).extracting(IncomingMessage::topic).containsOnly(topic());
        assertThat(attempts).extracting(IncomingMessage::messageId).containsOnly(receipt.messageId());
        assertThat(attempts).extracting(m -> m.property("UNIQ_KEY")).containsOnly(receipt.messageId());
        assertThat(attempts).extracting(m -> m.property("KEYS")).containsOnly("the-key");
        assertThat(attempts).extracting(m -> m.property("TAGS")).containsOnly("the-tag");
        assertThat(attempts).extracting(m -> m.property("own")).containsOnly("value");
        assertThat(attempts).extracting(m -> new String(m.body(), UTF_8)).containsOnly("fails twice");
        assertThat(attempts).extracting(IncomingMessage::offsetMessageId).doesNotHaveDuplicates();
        assertThat(attempts.get(0).offsetMessageId()).isEqualTo(receipt.offsetMessageId());
        assertThat(attempts.get(0).properties()).doesNotContainKeys("RETRY_TOPIC", "ORIGIN_MESSAGE_ID", "DELAY");
        // Level 3 first, then the next one each time.
        for (int attempt = 1; attempt <= 2; attempt++) {
            assertThat(attempts.get(attempt).properties())
                    .containsEntry("RETRY_TOPIC", topic())
                    .containsEntry("ORIGIN_MESSAGE_ID", receipt.offsetMessageId())
                    .containsEntry("REAL_TOPIC", "%RETRY%" + group())
                    .containsEntry("DELAY", Integer.toString(2 + attempt));
            assertThat(attempts.get(attempt).queueId()).isZero();
        }
    }

    private void awaitFirstRetry(Recorder recorder) {
        awaitDeliveries(recorder, 1);
        await("the first retry")
                .atMost(broker().firstRetryBound())
                .until(() -> recorder.deliveries().size() >= 2);
    }

    @Test
    void aMessageThatExhaustsItsRetriesIsKeptAsADeadLetter() {
        broker().prepareGroup(group());
        Recorder recorder = Recorder.failing(Integer.MAX_VALUE);
        receiver(Subscription.of(group(), topic()).withMaxReconsumeTimes(1), recorder);
        Receipt receipt = sender().send(message("never succeeds").withKeys("the-key"));

        awaitFirstRetry(recorder);
        String deadLetters = "%DLQ%" + group();
        broker().awaitTopic(deadLetters);
        Recorder inspector = Recorder.succeeding();
        receiver(Subscription.of(group() + "-inspector", deadLetters), inspector);

        awaitDeliveries(inspector, 1);
        assertThat(recorder.deliveries())
                .extracting(IncomingMessage::reconsumeTimes)
                .containsExactly(0, 1);
        IncomingMessage dead = inspector.deliveries().get(0);
        assertThat(dead.topic()).isEqualTo(deadLetters);
        assertThat(dead.messageId()).isEqualTo(receipt.messageId());
        assertThat(new String(dead.body(), UTF_8)).isEqualTo("never succeeds");
        assertThat(dead.properties())
                .containsEntry("RETRY_TOPIC", topic())
                .containsEntry("ORIGIN_MESSAGE_ID", receipt.offsetMessageId())
                .containsEntry("KEYS", "the-key");
    }

    @Test
    void aDelayedMessageComesAfterItsDelayAndUnderItsOwnTopic() {
        Recorder recorder = Recorder.succeeding();
        receiver(recorder);
        Sender sender = sender();
        long before = System.nanoTime();
        sender.send(message("delayed").withDelayLevel(2));
        sender.send(message("at once"));

        awaitDeliveries(recorder, 2);
        assertThat(Duration.ofNanos(System.nanoTime() - before)).isGreaterThanOrEqualTo(BrokerUnderTest.delayOfLevel());
        assertThat(recorder.bodies()).containsExactlyInAnyOrder("delayed", "at once");
        IncomingMessage delayed = byBody(recorder).get("delayed");
        assertThat(delayed.topic()).isEqualTo(topic());
        assertThat(delayed.reconsumeTimes()).isZero();
        assertThat(delayed.properties()).containsEntry("REAL_TOPIC", topic());
    }

    @Test
    void messagesWithATimeOfTheirOwnComeAtThatTime() {
        Recorder recorder = Recorder.succeeding();
        receiver(recorder);
        Sender sender = sender();
        long now = System.currentTimeMillis();
        sender.send(message("in seconds").withTime(new DeliveryTime(Kind.DELAY_SECONDS, 3)));
        sender.send(message("in millis").withTime(new DeliveryTime(Kind.DELAY_MILLIS, 4_000)));
        sender.send(message("at").withTime(new DeliveryTime(Kind.DELIVER_MILLIS, now + 5_000)));
        sender.send(message("past").withTime(new DeliveryTime(Kind.DELIVER_MILLIS, now - 5_000)));

        await("the one whose time is past")
                .atMost(DELIVERY_BOUND)
                .until(() -> recorder.bodies().contains("past"));
        awaitDeliveries(recorder, 4);

        // Apache RocketMQ rounds times down to a second, so that the first may come more than two seconds after it was
        // sent.
        assertThat(System.currentTimeMillis() - now).isGreaterThan(3_000);
        assertThat(recorder.bodies()).containsExactlyInAnyOrder("in seconds", "in millis", "at", "past");
        IncomingMessage delayed = byBody(recorder).get("at");
        assertThat(delayed.topic()).isEqualTo(topic());
        assertThat(delayed.properties())
                .containsEntry("REAL_TOPIC", topic())
                .containsKeys("TIMER_OUT_MS", "TIMER_ENQUEUE_MS", "TIMER_DEQUEUE_MS");
        assertThat(byBody(recorder).get("past").properties()).doesNotContainKey("TIMER_OUT_MS");
    }

    @Test
    void aTimeThatIsTooFarAheadIsRefused() {
        Sender sender = sender();
        assertThatThrownBy(() -> sender.send(
                        message("in a hundred days").withTime(new DeliveryTime(Kind.DELAY_SECONDS, 100L * 24 * 3600))))
                .isInstanceOf(SendFailure.class);
    }

    @Test
    void aGroupOfTwoSharesTheQueuesAndOneTakesOverWhenTheOtherLeaves() throws Exception {
        Recorder first = Recorder.succeeding();
        Recorder second = Recorder.succeeding();
        Receiver staying = receiver(first);
        Receiver leaving = receiver(second);
        long came = System.nanoTime();
        await("two queues each")
                .atMost(DELIVERY_BOUND)
                .pollInterval(Duration.ofMillis(10))
                .untilAsserted(() -> {
                    assertThat(staying.queuesOf(topic())).hasSize(QUEUES / 2);
                    assertThat(leaving.queuesOf(topic()))
                            .hasSize(QUEUES / 2)
                            .doesNotContainAnyElementsOf(staying.queuesOf(topic()));
                });
        long shared = System.nanoTime();

        Sender sender = sender();
        IntStream.range(0, 100).forEach(i -> sender.send(message("both-" + i)));
        await("all received by the two")
                .atMost(DELIVERY_BOUND)
                .until(() -> union(first.bodies(), second.bodies()).size() == 100);
        assertThat(first.bodies()).isNotEmpty();
        assertThat(second.bodies()).isNotEmpty();
        assertThat(union(first.bodies(), second.bodies())).isEqualTo(bodies("both-", 100));

        close(leaving);
        long left = System.nanoTime();
        await("all queues with the one that stays")
                .atMost(DELIVERY_BOUND)
                .pollInterval(Duration.ofMillis(10))
                .until(() -> staying.queuesOf(topic()).size() == QUEUES);
        System.out.printf(
                "%s: queues shared %d ms after the start of the second member, taken over %d ms after it left%n",
                getClass().getSimpleName(),
                TimeUnit.NANOSECONDS.toMillis(shared - came),
                TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - left));
        IntStream.range(0, 100).forEach(i -> sender.send(message("one-" + i)));
        await("all received by the one that stays")
                .atMost(DELIVERY_BOUND)
                .until(() -> first.bodies().containsAll(bodies("one-", 100)));
        assertThat(second.bodies()).doesNotContainAnyElementsOf(bodies("one-", 100));
    }

    @Test
    void offsetsSurviveTheLastMemberOfAGroup() throws Exception {
        Sender sender = sender();
        IntStream.range(0, 20).forEach(i -> sender.send(message("before-" + i)));
        Recorder before = Recorder.succeeding();
        Receiver first = receiver(before);
        awaitDeliveries(before, 20);
        close(first);

        IntStream.range(0, 20).forEach(i -> sender.send(message("after-" + i)));
        Recorder after = Recorder.succeeding();
        receiver(after);

        awaitDeliveries(after, 20);
        assertThat(after.bodies()).isEqualTo(bodies("after-", 20));
    }

    @Test
    void ofAThousandMessagesNoneIsLostAndNoneIsDoubled() throws Exception {
        Recorder recorder = Recorder.succeeding();
        receiver(recorder);
        Sender sender = sender();
        // Not a parallel stream, whose threads would be those that run the cases.
        ExecutorService threads = Executors.newFixedThreadPool(4);
        List<? extends Future<Receipt>> sent;
        try {
            sent = threads.invokeAll(IntStream.range(0, 1_000)
                    .mapToObj(i -> (Callable<Receipt>) () -> sender.send(message("thousand-" + i)))
                    .toList());
        } finally {
            threads.shutdown();
        }
        for (Future<Receipt> send : sent) {
            send.get();
        }

        awaitDeliveries(recorder, 1_000);
        assertThat(recorder.bodies()).isEqualTo(bodies("thousand-", 1_000));
        assertThat(recorder.deliveries()).hasSize(1_000);
    }

    @Test
    void aTransactionDeliversItsMessageIfItCommits() {
        Map<String, Outcome> outcomes = new ConcurrentHashMap<>();
        AtomicInteger number = new AtomicInteger();
        TransactionSender sender = transactionSender(client(), new LocalTransactions() {
            @Override
            public Outcome execute(String messageId) {
                // Every third one is not told; the broker asks for it, and hears that it has committed.
                Outcome outcome = Outcome.values()[number.getAndIncrement() % Outcome.values().length];
                outcomes.put(messageId, outcome);
                return outcome;
            }

            @Override
            public Outcome check(String messageId) {
                // On a slow machine the broker asks for others than the third as well, and perhaps before they are
                // executed.
                Outcome outcome = outcomes.get(messageId);
                return outcome == null ? Outcome.UNKNOWN : outcome == Outcome.UNKNOWN ? Outcome.COMMIT : outcome;
            }
        });
        Recorder recorder = Recorder.succeeding();
        receiver(recorder);

        List<String> ids = IntStream.range(0, 6)
                .mapToObj(i -> sender.send(message("transaction-" + i)))
                .toList();

        // Not their number: where an answer and a question cross, Apache's broker delivers a message twice.
        Set<String> committed = Set.of("transaction-0", "transaction-2", "transaction-3", "transaction-5");
        await("all that were committed")
                .atMost(DELIVERY_BOUND)
                .until(() -> recorder.bodies().containsAll(committed));
        assertThat(recorder.bodies()).isEqualTo(committed);
        assertThat(recorder.deliveries()).extracting(IncomingMessage::messageId).isSubsetOf(ids);
        sender().send(message("last"));
        await("the last").atMost(DELIVERY_BOUND).until(() -> recorder.bodies().contains("last"));
        assertThat(recorder.bodies()).doesNotContain("transaction-1", "transaction-4");
    }

    @Test
    void messagesAreFoundByEachOfTheirKeysAndByTime() {
        Sender sender = sender();
        Receipt first = sender.send(message("first").withKeys("k-one k-two").withTag("a"));
        Receipt second = sender.send(message("second").withKeys("k-two").withTag("b"));
        Receipt third = sender.send(message("third").withKeys("k-two k-three").withTag("a"));
        Administration administration = broker().administration();
        awaitIndexed(third);

        assertThat(byKey("k-one", 64)).containsExactly("first");
        assertThat(byKey("k-two", 64)).containsExactly("first", "second", "third");
        assertThat(byKey("k-three", 64)).containsExactly("third");
        assertThat(byKey("k", 64)).isEmpty();
        // The newest ones, the oldest of them first.
        assertThat(byKey("k-two", 2)).containsExactly("second", "third");
        assertThat(bodiesOf(administration.byTag(topic(), "a", 64, 0, Long.MAX_VALUE)))
                .containsExactly("first", "third");

        long firstTime = administration.byUniqueId(topic(), first.messageId()).storeTimestamp();
        long thirdTime = administration.byUniqueId(topic(), third.messageId()).storeTimestamp();
        // Apache keeps whole seconds of these times.
        assertThat(bodiesOf(administration.byKey(topic(), "k-two", 64, thirdTime + 60_000, Long.MAX_VALUE)))
                .isEmpty();
        assertThat(bodiesOf(administration.byKey(topic(), "k-two", 64, 0, firstTime - 60_000)))
                .isEmpty();
        assertThat(bodiesOf(administration.byKey(topic(), "k-two", 64, firstTime - 60_000, thirdTime + 60_000)))
                .hasSize(3);
        assertThat(second.messageId()).isNotEqualTo(third.messageId());
    }

    @Test
    void aMessageIsFoundByItsUniqueIdAndByThatOfItsCopy() {
        Sender sender = sender();
        Receipt receipt = sender.send(message("the one").withKeys("key"));
        sender.send(message("another").withKeys("key"));
        Administration administration = broker().administration();
        awaitIndexed(receipt);

        for (StoredCopy found : List.of(
                administration.byUniqueId(topic(), receipt.messageId()),
                administration.byOffsetId(topic(), receipt.offsetMessageId()))) {
            assertThat(new String(found.body(), UTF_8)).isEqualTo("the one");
            assertThat(found.topic()).isEqualTo(topic());
            assertThat(found.messageId()).isEqualTo(receipt.messageId());
            assertThat(found.offsetMessageId()).isEqualTo(receipt.offsetMessageId());
            assertThat(found.queueId()).isEqualTo(receipt.queueId());
            assertThat(found.queueOffset()).isEqualTo(receipt.queueOffset());
        }
        assertThatThrownBy(() -> administration.byUniqueId(topic(), "7F000001" + "0".repeat(24)))
                .isInstanceOf(IllegalStateException.class);
    }

    @Test
    void aQueueIsSearchedByTime() {
        Sender sender = sender();
        List<Receipt> receipts = IntStream.range(0, 12)
                .mapToObj(i -> sender.send(message("at-" + i)))
                .filter(receipt -> receipt.queueId() == 0)
                .toList();
        Administration administration = broker().administration();
        receipts.forEach(this::awaitIndexed);
        String name = receipts.get(0).brokerName();
        List<Long> times = receipts.stream()
                .map(receipt -> administration
                        .byOffsetId(topic(), receipt.offsetMessageId())
                        .storeTimestamp())
                .toList();
        assertThat(times).hasSize(3);

        for (long time : times) {
            long older = times.stream().filter(each -> each < time).count();
            long notYounger = times.stream().filter(each -> each <= time).count();
            assertThat(administration.lowerOffset(name, topic(), 0, time)).isEqualTo(older);
            assertThat(administration.upperOffset(name, topic(), 0, time)).isEqualTo(notYounger - 1);
        }
        assertThat(administration.lowerOffset(name, topic(), 0, times.get(0) - 60_000))
                .isZero();
        assertThat(administration.lowerOffset(name, topic(), 0, times.get(2) + 60_000))
                .isEqualTo(3);
        assertThat(administration.upperOffset(name, topic(), 0, times.get(0) - 60_000))
                .isZero();
        assertThat(administration.upperOffset(name, topic(), 0, times.get(2) + 60_000))
                .isEqualTo(UPPER_WHEN_ALL_ARE_OLDER);
    }

    private List<String> byKey(String key, int maxMessages) {
        return bodiesOf(broker().administration().byKey(topic(), key, maxMessages, 0, Long.MAX_VALUE));
    }

    private static List<String> bodiesOf(List<StoredCopy> copies) {
        return copies.stream().map(copy -> new String(copy.body(), UTF_8)).toList();
    }

    /** Apache's broker fills its index behind the answer. */
    private void awaitIndexed(Receipt receipt) {
        await("the message in the index")
                .atMost(DELIVERY_BOUND)
                .ignoreExceptions()
                .until(() -> broker().administration().byUniqueId(topic(), receipt.messageId()) != null);
    }
}
