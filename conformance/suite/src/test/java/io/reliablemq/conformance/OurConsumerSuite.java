package io.reliablemq.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.reliablemq.client.api.AllocationStrategy;
import io.reliablemq.client.api.BatchOutcome;
import io.reliablemq.client.api.ConsumeFrom;
import io.reliablemq.client.api.ConsumeMode;
import io.reliablemq.client.api.ConsumeResult;
import io.reliablemq.client.api.DeadLetters;
import io.reliablemq.client.api.MessageHandler;
import io.reliablemq.client.api.Producer;
import io.reliablemq.client.api.PullConsumer;
import io.reliablemq.client.api.PullConsumerSettings;
import io.reliablemq.client.api.PushConsumer;
import io.reliablemq.client.api.PushConsumer.Queue;
import io.reliablemq.client.api.PushConsumerSettings;
import io.reliablemq.client.api.ReceivedMessage;
import io.reliablemq.protocol.message.Message;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What our consumers offer beyond what all client libraries have in common, on either broker. */
abstract class OurConsumerSuite extends OurConsumerCase {

    @Test
    void anOrderlyConsumerHandlesEachKeyInOrderAndRetriesInPlace() {
        Producer producer = producer();
        Map<String, List<String>> byKey = new ConcurrentHashMap<>();
        Set<String> failed = ConcurrentHashMap.newKeySet();
        consume(settings().consumeMode(ConsumeMode.ORDERLY).build(), message -> {
            String key = message.property("key");
            byKey.computeIfAbsent(key, any -> new CopyOnWriteArrayList<>())
                    .add(text(message) + "/" + message.reconsumeTimes());
            boolean fails = text(message).equals("3") && failed.add(key);
            return fails ? ConsumeResult.RECONSUME_LATER : record(message);
        });
        for (int i = 0; i < 10; i++) {
            for (String key : List.of("a", "b", "c")) {
                producer.send(Message.builder(topic())
                        .body(bytes(Integer.toString(i)))
                        .orderingKey(key)
                        .property("key", key)
                        .build());
            }
        }

        awaitHandled(30);
        List<String> expected = List.of("0/0", "1/0", "2/0", "3/0", "3/1", "4/0", "5/0", "6/0", "7/0", "8/0", "9/0");
        assertThat(byKey).containsOnlyKeys("a", "b", "c");
        byKey.values().forEach(list -> assertThat(list).isEqualTo(expected));
    }

    @Test
    void ofTheMessagesThatWaitTheMostUrgentIsHandledFirst() {
        CountDownLatch allAreHere = new CountDownLatch(1);
        Producer producer = producer();
        producer.send(Message.of(topic(), bytes("begun before")));
        PushConsumer consumer = consume(settings().threads(1).build(), message -> {
            record(message);
            allAreHere.await();
            return ConsumeResult.CONSUME_SUCCESS;
        });
        awaitHandled(1);
        for (int priority : List.of(0, 2, 1, 3, 2)) {
            producer.send(Message.builder(topic())
                    .priority(priority)
                    .body(bytes("priority " + priority))
                    .build());
        }
        await("all messages wait")
                .atMost(DELIVERY_BOUND)
                .until(() -> consumer.figures().cachedMessages() == 6);
        allAreHere.countDown();

        awaitHandled(6);
        assertThat(handled)
                .containsExactly("begun before", "priority 3", "priority 2", "priority 2", "priority 1", "priority 0");
    }

    @Test
    void orderlyMembersHandTheirQueuesOverWithoutHandlingAMessageTwice() throws Exception {
        // Averagely, queues also move between those that stay.
        handsOverWithoutDuplicates(settings().consumeMode(ConsumeMode.ORDERLY).build(), 3);
    }

    @Test
    void aMemberThatLeavesHandsItsQueuesOverWithoutHandlingAMessageTwice() throws Exception {
        handsOverWithoutDuplicates(settings().threads(4).build(), 2);
    }

    @Test
    void byConsistentHashAMemberThatLeavesDisturbsNoOther() throws Exception {
        handsOverWithoutDuplicates(
                settings()
                        .threads(4)
                        .allocation(AllocationStrategy.consistentHash())
                        .build(),
                3);
    }

    private void handsOverWithoutDuplicates(PushConsumerSettings settings, int members) throws Exception {
        MessageHandler slow = message -> {
            new CountDownLatch(1).await(5, TimeUnit.MILLISECONDS);
            return record(message);
        };
        List<PushConsumer> all = IntStream.range(0, members)
                .mapToObj(i -> consume(settings, slow))
                .toList();
        await("every queue has one owner").atMost(DELIVERY_BOUND).untilAsserted(() -> {
            List<Queue> owned =
                    all.stream().flatMap(each -> queuesOf(each).stream()).toList();
            assertThat(owned).hasSize(QUEUES).doesNotHaveDuplicates();
        });
        PushConsumer leaving = all.stream()
                .filter(each -> !queuesOf(each).isEmpty())
                .findFirst()
                .orElseThrow();
        Producer producer = producer();
        for (String body : names("m", 400)) {
            producer.send(Message.of(topic(), bytes(body)));
            if (body.equals("m200")) {
                leaving.close();
            }
        }

        awaitHandled(400);
        assertThat(handled).containsExactlyInAnyOrderElementsOf(names("m", 400));
    }

    @Test
    void anOrderlyConsumerGoesOnBehindADeadLetter() {
        broker().prepareGroup(group());
        Producer producer = producer();
        for (String body : List.of("m0", "poison", "m1")) {
            producer.send(Message.builder(topic())
                    .body(bytes(body))
                    .orderingKey("k")
                    .property("own", "value")
                    .build());
        }
        consume(settings().consumeMode(ConsumeMode.ORDERLY).maxReconsumeTimes(1).build(), message -> {
            record(message);
            if (text(message).equals("poison")) {
                throw new IllegalStateException("thrown by the test");
            }
            return ConsumeResult.CONSUME_SUCCESS;
        });

        awaitHandled(4);
        assertThat(handled).containsExactly("m0", "poison", "poison", "m1");
        broker().awaitTopic("%DLQ%" + group());
        DeadLetters letters = client().deadLetters(producer);
        await("the dead letter").atMost(DELIVERY_BOUND).until(() -> letters.count(group()) == 1);
        DeadLetters.DeadLetter letter = letters.read(group(), 10).get(0);
        assertThat(letter.originalTopic()).isEqualTo(topic());
        assertDiedOf(letter, IllegalStateException.class, "thrown by the test", 2);
    }

    /** Whether the broker keeps with a dead letter what the consumer tells of it. */
    boolean keepsWhyMessagesDied() {
        return true;
    }

    private void assertDiedOf(DeadLetters.DeadLetter letter, Class<?> exception, String text, int attempts) {
        DeadLetters.Failure failure = letter.failure();
        if (!keepsWhyMessagesDied()) {
            assertThat(failure).isNull();
            return;
        }
        assertThat(failure).isNotNull();
        assertThat(failure.exception()).isEqualTo(exception.getName());
        assertThat(failure.exceptionMessage()).isEqualTo(text);
        assertThat(failure.attempts()).isEqualTo(attempts);
        assertThat(failure.host())
                .contains("consumer-" + ProcessHandle.current().pid());
        assertThat(failure.firstAt()).isBefore(failure.lastAt());
    }

    @Test
    void aDeadLetterTellsWhatItsLastAttemptsWereLike() {
        broker().prepareGroup(group());
        Producer producer = producer();
        producer.send(Message.of(topic(), bytes("poison")));
        AtomicBoolean heals = new AtomicBoolean();
        consume(settings().maxReconsumeTimes(1).build(), message -> {
            handled.add(text(message) + " " + message.property("DLQ_EXCEPTION"));
            if (!heals.get()) {
                throw new IllegalStateException("attempt " + message.reconsumeTimes());
            }
            return ConsumeResult.CONSUME_SUCCESS;
        });
        awaitHandled(2);
        broker().awaitTopic("%DLQ%" + group());
        DeadLetters letters = client().deadLetters(producer);
        await("the dead letter").atMost(DELIVERY_BOUND).until(() -> letters.count(group()) == 1);

        assertDiedOf(letters.read(group(), 10).get(0), IllegalStateException.class, "attempt 1", 2);

        // Sent again, it begins without what was said of it.
        heals.set(true);
        letters.redriveAll(group());
        awaitHandled(3);
        assertThat(handled).containsOnly("poison null");
    }

    @Test
    void broadcastReachesEveryMemberAndGoesOnWhereItWas() {
        PushConsumer one =
                consume(settings().broadcasting(folder.resolve("one")).build(), message -> {
                    handled.add("one:" + text(message));
                    return ConsumeResult.CONSUME_SUCCESS;
                });
        consume(settings().broadcasting(folder.resolve("two")).build(), message -> {
            handled.add("two:" + text(message));
            return ConsumeResult.CONSUME_SUCCESS;
        });
        Producer producer = producer();
        names("m", 20).forEach(body -> producer.send(Message.of(topic(), bytes(body))));

        awaitHandled(40);
        assertThat(handled).containsAll(names("one:m", 20)).containsAll(names("two:m", 20));
        one.close();
        handled.clear();
        producer.send(Message.of(topic(), bytes("later")));
        consume(settings().broadcasting(folder.resolve("one")).build(), message -> {
            handled.add("one:" + text(message));
            return ConsumeResult.CONSUME_SUCCESS;
        });

        awaitHandled(2);
        assertThat(handled).containsExactlyInAnyOrder("two:later", "one:later");
    }

    @Test
    void anExpressionIsEvaluatedInTheBroker() {
        Producer producer = producer();
        consume(
                PushConsumerSettings.builder(group())
                        .subscribeBySql(topic(), "amount > 5 AND region IN ('EU', 'US') OR TAGS = 'always'")
                        .build(),
                this::record);
        for (int i = 0; i < 10; i++) {
            producer.send(Message.builder(topic())
                    .body(bytes("eu" + i))
                    .property("amount", Integer.toString(i))
                    .property("region", "EU")
                    .build());
            producer.send(Message.builder(topic())
                    .body(bytes("asia" + i))
                    .property("amount", "100")
                    .property("region", "ASIA")
                    .build());
            producer.send(Message.builder(topic())
                    .body(bytes("always" + i))
                    .tag("always")
                    .build());
        }

        awaitHandled(14);
        Set<String> expected = new HashSet<>(names("always", 10));
        expected.addAll(List.of("eu6", "eu7", "eu8", "eu9"));
        assertThat(handled).containsExactlyInAnyOrderElementsOf(expected);
    }

    @Test
    void anExpressionThatCannotBeReadIsRefusedAtTheStart() {
        PushConsumer consumer = client().pushConsumer(
                        PushConsumerSettings.builder(group())
                                .subscribeBySql(topic(), "amount >")
                                .build(),
                        this::record);

        assertThatThrownBy(consumer::start)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("amount >");
    }

    @Test
    void anAdministratorSetsOffsetsWhileTheGroupRuns() {
        Producer producer = producer();
        names("before", 20).forEach(body -> producer.send(Message.of(topic(), bytes(body))));
        consume(settings().build(), this::record);
        awaitHandled(20);
        handled.clear();

        broker().administration().resetOffsets(group(), topic(), 0);

        awaitHandled(20);
        assertThat(handled).containsAll(names("before", 20));
    }

    @Test
    void startsAtATime() throws Exception {
        Producer producer = producer();
        names("old", 10).forEach(body -> producer.send(Message.of(topic(), bytes(body))));
        Instant between = Instant.now().plusMillis(50);
        await().until(() -> Instant.now().isAfter(between.plusMillis(50)));
        names("new", 10).forEach(body -> producer.send(Message.of(topic(), bytes(body))));

        consume(settings().consumeFrom(between).build(), this::record);

        awaitHandled(10);
        assertThat(handled).containsExactlyInAnyOrderElementsOf(names("new", 10));
    }

    @Test
    void whoStartsAtTheEndReceivesATopicThatIsMadeLaterFromItsFirstMessage() {
        String later = topic() + "-later";
        consume(
                PushConsumerSettings.builder(group())
                        .subscribe(later, "*")
                        .consumeFrom(ConsumeFrom.LAST_OFFSET)
                        .build(),
                this::record);
        broker().createTopic(later, QUEUES);
        Producer producer = producer();
        names("m", 8).forEach(body -> producer.send(Message.of(later, bytes(body))));

        awaitHandled(8);
        assertThat(handled).containsExactlyInAnyOrderElementsOf(names("m", 8));
    }

    @Test
    void ofABatchOnlyTheFailedAreRetried() {
        broker().prepareGroup(group());
        Producer producer = producer();
        names("m", 40).forEach(body -> producer.send(Message.of(topic(), bytes(body))));
        PushConsumer consumer = client().batchPushConsumer(
                        settings().consumeBatchSize(8).build(), messages -> {
                            BatchOutcome.Builder outcome = BatchOutcome.builder();
                            messages.forEach(message -> {
                                handled.add(text(message) + "/" + message.reconsumeTimes());
                                if (text(message).endsWith("7") && message.reconsumeTimes() == 0) {
                                    outcome.retry(message);
                                }
                            });
                            return outcome.build();
                        });
        consumer.start();

        awaitHandled(44);
        Set<String> expected = names("m", 40).stream().map(name -> name + "/0").collect(Collectors.toSet());
        expected.addAll(List.of("m7/1", "m17/1", "m27/1", "m37/1"));
        assertThat(handled).containsExactlyInAnyOrderElementsOf(expected);
    }

    @Test
    void aPullConsumerReadsWhatItIsAskedFor() throws Exception {
        Producer producer = producer();
        names("m", 40).forEach(body -> producer.send(Message.of(topic(), bytes(body))));
        PullConsumer consumer = client().pullConsumer(
                        PullConsumerSettings.of(group()).withAutoCommit(false).withMaxPollMessages(7));
        Set<Queue> queues = consumer.queues(topic());
        assertThat(queues).hasSize(QUEUES);
        consumer.assign(queues);

        List<ReceivedMessage> polled = poll(consumer, 40);
        assertThat(polled.stream().map(OurConsumerCase::text)).containsExactlyInAnyOrderElementsOf(names("m", 40));
        assertThat(consumer.poll(Duration.ofMillis(200))).isEmpty();
        consumer.commit();
        Queue one = queues.iterator().next();
        assertThat(consumer.position(one)).isEqualTo(10);

        consumer.seek(one, 4);
        assertThat(poll(consumer, 6)).allMatch(message -> message.queueId() == one.queueId());
        consumer.seekToEnd(one);
        consumer.close();
        PullConsumer second = client().pullConsumer(PullConsumerSettings.of(group()));
        second.assign(queues);
        assertThat(second.poll(Duration.ofMillis(500))).isEmpty();
        second.seekToBeginning(one);
        assertThat(poll(second, 10)).hasSize(10);
    }

    @Test
    void aStickyMemberLeavesAndNothingIsHandledTwice() {
        PushConsumerSettings settings =
                settings().threads(4).allocation(AllocationStrategy.sticky()).build();
        List<PushConsumer> members = List.of(
                consume(settings, this::record), consume(settings, this::record), consume(settings, this::record));
        await("every queue once, and some for each").atMost(DELIVERY_BOUND).untilAsserted(() -> {
            assertThat(members)
                    .allSatisfy(member -> assertThat(queuesOf(member)).isNotEmpty());
            List<Queue> all = members.stream()
                    .flatMap(member -> queuesOf(member).stream())
                    .toList();
            assertThat(all).hasSize(QUEUES).doesNotHaveDuplicates();
        });
        Set<Queue> second = queuesOf(members.get(1));
        Set<Queue> third = queuesOf(members.get(2));

        Producer producer = producer();
        names("before", 40).forEach(body -> producer.send(ours(body)));
        members.get(0).close();
        names("after", 40).forEach(body -> producer.send(ours(body)));

        await("every queue still")
                .atMost(DELIVERY_BOUND)
                .until(() -> queuesOf(members.get(1)).size()
                                + queuesOf(members.get(2)).size()
                        == QUEUES);
        // Sticky by the ids of members and queues, without a memory: of four queues two may move that need not, never
        // more.
        second.removeAll(queuesOf(members.get(1)));
        third.removeAll(queuesOf(members.get(2)));
        assertThat(second.size() + third.size()).isLessThanOrEqualTo(2);
        awaitHandled(80);
        assertThat(handled).hasSize(80).containsAll(names("before", 40)).containsAll(names("after", 40));
    }

    @Test
    void deadLettersAreReadCountedAndSentAgain() {
        broker().prepareGroup(group());
        Producer producer = producer();
        Set<String> poison = ConcurrentHashMap.newKeySet();
        poison.addAll(List.of("m1", "m3"));
        consume(settings().maxReconsumeTimes(0).build(), message -> {
            handled.add(text(message) + ":" + message.property(DeadLetters.REDRIVE_COUNT));
            return poison.contains(text(message)) ? ConsumeResult.RECONSUME_LATER : ConsumeResult.CONSUME_SUCCESS;
        });
        for (String body : names("m", 4)) {
            producer.send(Message.builder(topic())
                    .body(bytes(body))
                    .tag("the-tag")
                    .keys("key-" + body)
                    .property("own", "value")
                    .build());
        }
        broker().awaitTopic("%DLQ%" + group());
        DeadLetters letters = client().deadLetters(producer);
        await("two dead letters").atMost(DELIVERY_BOUND).until(() -> letters.count(group()) == 2);
        List<DeadLetters.DeadLetter> read = letters.read(group(), 10);
        assertThat(read.stream().map(letter -> text(letter.message()))).containsExactlyInAnyOrder("m1", "m3");
        assertThat(read).allMatch(letter -> topic().equals(letter.originalTopic()) && letter.redriveCount() == 0);
        assertThat(letters.notRedriven(group())).isEqualTo(2);
        handled.clear();
        poison.clear();

        assertThat(letters.redriveAll(group()).redriven()).isEqualTo(2);

        awaitHandled(2);
        assertThat(handled).containsExactlyInAnyOrder("m1:1", "m3:1");
        assertThat(letters.notRedriven(group())).isZero();
        assertThat(letters.redriveAll(group()).redriven()).isZero();
        handled.clear();
        String id = read.get(0).message().messageId();
        assertThat(letters.redrive(group(), List.of(id)).redriven()).isEqualTo(1);
        awaitHandled(1);
        assertThat(letters.redrive(group(), Instant.EPOCH, Instant.now().plusSeconds(60))
                        .redriven())
                .isEqualTo(2);
        awaitHandled(3);
    }
}
