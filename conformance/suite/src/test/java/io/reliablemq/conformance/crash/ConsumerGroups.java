package io.reliablemq.conformance.crash;

import io.reliablemq.conformance.client.OfficialPeer;
import io.reliablemq.conformance.client.OurClientLibrary;
import io.reliablemq.conformance.port.ClientLibrary;
import io.reliablemq.conformance.port.IncomingMessage;
import io.reliablemq.conformance.port.Listener.Outcome;
import io.reliablemq.conformance.port.Receiver;
import io.reliablemq.conformance.port.Subscription;
import java.util.ArrayList;
import java.util.List;

/**
 * The groups that consume through all crashes: one in order, one of two members, one of the official client, one that fails
 * with a share of its messages, one for what is delayed, and one that reads the dead letters of the failing one.
 *
 * <p>Made, and closed, by the test's thread; the records may be read by any.
 */
final class ConsumerGroups implements AutoCloseable {

    static final String PLAIN = "crash-plain";
    static final String DELAYED = "crash-delayed";
    static final String FAILING = "G-crash-failing";
    static final String DEAD_LETTERS = "%DLQ%" + FAILING;

    private static final int MAX_RECONSUME_TIMES = 2;
    private static final int ONE_IN = 25;

    final GroupRecord inOrder = new GroupRecord("G-crash-in-order");
    final GroupRecord two = new GroupRecord("G-crash-two-members");
    final GroupRecord official = new GroupRecord("G-crash-official");
    final GroupRecord failing = new GroupRecord(FAILING);
    final GroupRecord delayed = new GroupRecord("G-crash-delayed");
    final GroupRecord dead = new GroupRecord("G-crash-dead-letters");

    final TopicImage plainImage = new TopicImage(PLAIN);
    final TopicImage delayedImage = new TopicImage(DELAYED);
    final TopicImage deadImage = new TopicImage(DEAD_LETTERS);
    final OrderWitness order = new OrderWitness();

    private final OurClientLibrary ours = new OurClientLibrary();
    private final String nameServers;
    private final List<Receiver> receivers = new ArrayList<>();

    ConsumerGroups(String nameServers) {
        this.nameServers = nameServers;
        ClientLibrary apache = OfficialPeer.clientLibrary();
        receivers.add(ours.receiverInOrder(nameServers, Subscription.of(inOrder.group(), PLAIN), message -> {
            order.delivered(message);
            return succeed(message, inOrder, plainImage);
        }));
        for (int member = 0; member < 2; member++) {
            receivers.add(ours.receiver(
                    nameServers, Subscription.of(two.group(), PLAIN), message -> succeed(message, two, plainImage)));
        }
        receivers.add(apache.receiver(
                nameServers,
                Subscription.of(official.group(), PLAIN),
                message -> succeed(message, official, plainImage)));
        receivers.add(ours.receiver(
                nameServers,
                Subscription.of(FAILING, PLAIN).withMaxReconsumeTimes(MAX_RECONSUME_TIMES),
                this::failSometimes));
        receivers.add(ours.receiver(
                nameServers,
                Subscription.of(delayed.group(), DELAYED),
                message -> succeed(message, delayed, delayedImage)));
    }

    /** Begins to read the dead letters; to be called once there are any, since their topic is made by the first. */
    void openDeadLetters() {
        receivers.add(ours.receiver(
                nameServers,
                Subscription.of(dead.group(), DEAD_LETTERS),
                message -> succeed(message, dead, deadImage)));
    }

    private static Outcome succeed(IncomingMessage message, GroupRecord record, TopicImage image) {
        String id = LoadThreads.idOf(message.body());
        image.seen(message, id);
        record.received(message, id);
        return Outcome.CONSUME_SUCCESS;
    }

    private Outcome failSometimes(IncomingMessage message) {
        String id = LoadThreads.idOf(message.body());
        succeed(message, failing, plainImage);
        boolean fails = failsAlways(id) || failsOnce(id) && message.reconsumeTimes() == 0;
        return fails ? Outcome.RECONSUME_LATER : Outcome.CONSUME_SUCCESS;
    }

    /** Whether all attempts with this message fail. */
    static boolean failsAlways(String id) {
        return ProducerThread.numberOf(id) % ONE_IN == 0;
    }

    private static boolean failsOnce(String id) {
        return ProducerThread.numberOf(id) % ONE_IN == ONE_IN / 2;
    }

    /** Attempts with a message that fails always. */
    static int attemptsOfTheDead() {
        return MAX_RECONSUME_TIMES + 1;
    }

    List<GroupRecord> ofPlain() {
        return List.of(inOrder, two, official, failing);
    }

    List<GroupRecord> all() {
        return List.of(inOrder, two, official, failing, delayed, dead);
    }

    /** Leaves all groups in order, with their offsets stored. */
    @Override
    public void close() {
        receivers.forEach(Receiver::close);
        receivers.clear();
    }
}
