package io.reliablemq.spring.test;

import io.reliablemq.broker.BrokerEnvironment;
import io.reliablemq.protocol.command.Command;
import io.reliablemq.protocol.command.RequestCode;
import io.reliablemq.protocol.transport.RequestHandler;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Spoils the next sends that reach the broker: {@code faults.nextSends(3).to("orders").areRefused()}.
 *
 * <p>Works on the requests of the protocol, between the broker's connections and its handlers, so the client's whole way of
 * dealing with failures takes part: its attempts, its time-outs, its new connections. One request is one attempt: to make one
 * call of the template fail, spoil as many as it has attempts, which is 3 unless
 * {@code reliable-mq.producer.retry-times-when-send-failed} says otherwise. What consumers send back for a later attempt is left
 * alone, and so are all internal topics.
 *
 * <p>Faults are met in the order in which they were armed, each by the first send that it is for. Thread-safe.
 */
public final class BrokerFaults {

    /** Guarded by itself. */
    private final List<Armed> armed = new ArrayList<>();

    /** Guarded by {@link #armed}. */
    private final List<HeldAnswers> held = new ArrayList<>();

    /** A fault that waits for sends. */
    private static final class Armed {
        private final @Nullable String topic;
        private final SpoiledSends.Fault fault;
        private int left;

        Armed(@Nullable String topic, SpoiledSends.Fault fault, int times) {
            this.topic = topic;
            this.fault = fault;
            this.left = times;
        }

        boolean isFor(String sentTo) {
            return topic == null ? !sentTo.startsWith("%") : topic.equals(sentTo);
        }
    }

    /** Says what is to happen to the next send. */
    public SpoiledSends nextSend() {
        return nextSends(1);
    }

    /**
     * Says what is to happen to the next sends, attempts counted one by one; a batch is one.
     *
     * @throws IllegalArgumentException if it is not a positive number
     */
    public SpoiledSends nextSends(int times) {
        if (times < 1) {
            throw new IllegalArgumentException("At least one send has to be spoiled, but " + times + " was asked for");
        }
        return new SpoiledSends(this, null, times);
    }

    /** How many sends are still to be spoiled. */
    public int unmet() {
        synchronized (armed) {
            return armed.stream().mapToInt(one -> one.left).sum();
        }
    }

    /** Takes back all faults that were not met, and lets go of all answers that are held. */
    public void reset() {
        List<HeldAnswers> release;
        synchronized (armed) {
            armed.clear();
            release = List.copyOf(held);
            held.clear();
        }
        release.forEach(HeldAnswers::release);
    }

    /** What a broker is to be started with, where no Spring does it. */
    public BrokerEnvironment.Requests forBroker() {
        return this::before;
    }

    void arm(@Nullable String topic, int times, SpoiledSends.Fault fault) {
        synchronized (armed) {
            armed.add(new Armed(topic, fault, times));
        }
    }

    void hold(HeldAnswers answers) {
        synchronized (armed) {
            held.add(answers);
        }
    }

    private RequestHandler before(RequestHandler handlers) {
        return (request, reply) -> {
            String topic = topicOfSend(request);
            SpoiledSends.Fault fault = topic == null ? null : take(topic);
            if (fault == null) {
                handlers.handle(request, reply);
            } else {
                fault.spoil(request, reply, handlers);
            }
        };
    }

    private SpoiledSends.@Nullable Fault take(String topic) {
        synchronized (armed) {
            for (Armed one : armed) {
                if (one.isFor(topic)) {
                    one.left--;
                    if (one.left == 0) {
                        armed.remove(one);
                    }
                    return one.fault;
                }
            }
            return null;
        }
    }

    /** The second version of the request has one letter for each name. */
    private static @Nullable String topicOfSend(Command request) {
        return switch (request.code()) {
            case RequestCode.SEND_MESSAGE -> request.fields().get("topic");
            case RequestCode.SEND_MESSAGE_V2, RequestCode.SEND_BATCH_MESSAGE ->
                request.fields().get("b");
            default -> null;
        };
    }
}
