package io.reliablemq.spring.test;

import io.reliablemq.protocol.command.Body;
import io.reliablemq.protocol.command.Command;
import io.reliablemq.protocol.command.ResponseCode;
import io.reliablemq.protocol.transport.Connection;
import io.reliablemq.protocol.transport.Reply;
import io.reliablemq.protocol.transport.RequestHandler;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What is to happen to the next sends; each method but {@link #to} arms the fault. Immutable. */
public final class SpoiledSends {

    private static final String MAYBE_STORED = "maybeStored";

    private final BrokerFaults faults;
    private final @Nullable String topic;
    private final int times;

    /** Takes the place of the handling of a send. */
    @FunctionalInterface
    interface Fault {
        void spoil(Command request, Reply reply, RequestHandler handlers) throws Exception;
    }

    SpoiledSends(BrokerFaults faults, @Nullable String topic, int times) {
        this.faults = faults;
        this.topic = topic;
        this.times = times;
    }

    /** Only those to this topic; without it, those to any topic of the application. */
    public SpoiledSends to(String destinationTopic) {
        return new SpoiledSends(faults, destinationTopic, times);
    }

    /** Not stored; answered that the broker is busy, after which a client tries again. */
    public void areRefused() {
        areRefused(ResponseCode.SYSTEM_BUSY, "The test lets the broker be busy");
    }

    /**
     * Not stored, and answered with this code and text.
     *
     * @param responseCode one of {@link ResponseCode}. Whether a client tries again depends on it: after
     *     {@code MESSAGE_ILLEGAL} it does not
     * @throws IllegalArgumentException if the code means that the message was stored
     */
    public void areRefused(int responseCode, String remark) {
        if (responseCode == ResponseCode.SUCCESS || isStored(responseCode)) {
            throw new IllegalArgumentException("The code " + responseCode
                    + " says that a message is stored, but these are not; use areStoredButAnswered for it");
        }
        arm((request, reply, handlers) -> reply.send(Command.failure(responseCode, remark)));
    }

    /**
     * Stored, and answered as one that is not as safe as it should be.
     *
     * @param responseCode {@code FLUSH_DISK_TIMEOUT}, {@code FLUSH_SLAVE_TIMEOUT} or {@code SLAVE_NOT_AVAILABLE}
     * @throws IllegalArgumentException if it is another one
     */
    public void areStoredButAnswered(int responseCode) {
        if (!isStored(responseCode)) {
            throw new IllegalArgumentException(
                    "The code " + responseCode
                            + " is not one of a stored message; use FLUSH_DISK_TIMEOUT, FLUSH_SLAVE_TIMEOUT or SLAVE_NOT_AVAILABLE");
        }
        passOn((answer, reply) -> reply.send(
                answer.isSuccess()
                        ? Command.response(responseCode, "The test says so", answer.fields(), answer.body())
                        : answer));
    }

    /** Stored, but never answered: the client waits for its time-out, and cannot know whether it was stored. */
    public void areStoredWithoutAnswer() {
        passOn((answer, reply) -> answer.body().release());
    }

    /** Stored, and then the connection breaks before the answer: the client knows at once that it cannot know. */
    public void areStoredBeforeTheConnectionBreaks() {
        passOn((answer, reply) -> {
            answer.body().release();
            reply.connection().close();
        });
    }

    /** Not stored: the connection breaks first. */
    public void breakTheConnection() {
        arm((request, reply, handlers) -> reply.connection().close());
    }

    /**
     * Stored, and answered that much later, in real time.
     *
     * @throws IllegalArgumentException if the duration is negative
     */
    public void areAnsweredAfter(Duration delay) {
        if (delay.isNegative()) {
            throw new IllegalArgumentException("An answer cannot come " + delay + " after the send");
        }
        Executor later = CompletableFuture.delayedExecutor(delay.toNanos(), TimeUnit.NANOSECONDS);
        passOn((answer, reply) -> later.execute(() -> reply.send(answer)));
    }

    /** Stored, and answered when the test says so. */
    public HeldAnswers areHeld() {
        HeldAnswers held = new HeldAnswers();
        faults.hold(held);
        passOn((answer, reply) -> held.add(() -> reply.send(answer)));
        return held;
    }

    /**
     * Stored twice, as when a client of another kind tries again although the first attempt was stored: listeners receive two
     * messages with the same unique id.
     */
    public void areStoredTwice() {
        arm((request, reply, handlers) -> handlers.handle(request, new AnsweredBy(reply, answer -> {
            reply.send(answer);
            reply.connection().execute(() -> storeAgain(request, reply, handlers));
        })));
    }

    /** After the first is stored, and not as a repetition, which the broker would know again and drop. */
    private static void storeAgain(Command request, Reply reply, RequestHandler handlers) {
        Map<String, String> fields = new HashMap<>(request.fields());
        fields.remove(MAYBE_STORED);
        try {
            handlers.handle(
                    Command.request(request.code(), fields, request.body()),
                    new AnsweredBy(reply, answer -> answer.body().release()));
        } catch (Exception e) {
            throw new IllegalStateException("The send could not be stored a second time", e);
        }
    }

    /** What becomes of the answer to a send that was handled. */
    @FunctionalInterface
    private interface Answering {
        void answer(Command answer, Reply reply);
    }

    private void passOn(Answering answering) {
        arm((request, reply, handlers) ->
                handlers.handle(request, new AnsweredBy(reply, answer -> answering.answer(answer, reply))));
    }

    private void arm(Fault fault) {
        faults.arm(topic, times, fault);
    }

    private static boolean isStored(int responseCode) {
        return responseCode == ResponseCode.FLUSH_DISK_TIMEOUT
                || responseCode == ResponseCode.FLUSH_SLAVE_TIMEOUT
                || responseCode == ResponseCode.SLAVE_NOT_AVAILABLE;
    }

    /** A way back on which something happens to the answer. */
    private record AnsweredBy(Reply reply, Consumer<Command> answering) implements Reply {

        @Override
        public Connection connection() {
            return reply.connection();
        }

        @Override
        public void send(Command response) {
            answering.accept(response);
        }

        @Override
        public void sendDirectly(Command response) {
            send(response);
        }

        @Override
        public Body allocate(int size) {
            return reply.allocate(size);
        }
    }
}
