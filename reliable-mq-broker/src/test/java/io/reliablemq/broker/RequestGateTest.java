package io.reliablemq.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.reliablemq.protocol.command.Body;
import io.reliablemq.protocol.command.Command;
import io.reliablemq.protocol.command.ResponseCode;
import io.reliablemq.protocol.transport.Reply;
import io.reliablemq.protocol.transport.RequestHandler;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class RequestGateTest {

    private static final int CLIENTS = 10;
    private static final int BROKERS = 24_101;
    private static final int LONG_POLLS = 11;

    private final RequestGate gate = new RequestGate(Set.of(CLIENTS));

    private static RequestHandler answering(String text) {
        return (request, reply) -> reply.send(Command.success(Map.of("by", text)));
    }

    /** Takes requests and leaves their answers to the test. */
    private static RequestHandler keeping(List<Reply> replies) {
        return (request, reply) -> replies.add(reply);
    }

    private TestReply ask(int code) throws Exception {
        TestReply reply = new TestReply();
        gate.handle(Command.request(code, Map.of()), reply);
        return reply;
    }

    private static String by(TestReply reply) {
        return reply.answer.join().fields().get("by");
    }

    @Test
    void refusesBeforeItIsOpenedTheFirstTime() throws Exception {
        assertThat(ask(CLIENTS).answer.join().code()).isEqualTo(ResponseCode.SERVICE_NOT_AVAILABLE);
    }

    @Test
    void whatIsHeldIsHandledByTheNextHandlers() throws Exception {
        gate.open(answering("old"));
        assertThat(by(ask(CLIENTS))).isEqualTo("old");

        gate.hold(Set.of(BROKERS));
        TestReply held = ask(CLIENTS);
        assertThat(held.answer).isNotDone();
        assertThat(by(ask(BROKERS))).isEqualTo("old");
        gate.open(answering("new"));

        assertThat(by(held)).isEqualTo("new");
        assertThat(by(ask(CLIENTS))).isEqualTo("new");
    }

    @Test
    void whoHoldsIsToldWhenThoseThatWereLetInBeforeAreAnswered() throws Exception {
        List<Reply> inside = new ArrayList<>();
        gate.open(keeping(inside));
        TestReply first = ask(CLIENTS);
        TestReply second = ask(CLIENTS);

        CompletableFuture<Void> answered = gate.hold(Set.of(BROKERS));
        ask(BROKERS);
        TestReply held = ask(CLIENTS);

        inside.get(0).send(Command.success());
        assertThat(answered).isNotDone();
        inside.get(1).send(Command.success());
        assertThat(answered).isDone();
        assertThat(first.answer).isDone();
        assertThat(second.answer).isDone();
        assertThat(held.answer).isNotDone();
    }

    @Test
    void anAnswerThatIsGivenDirectlyStaysSo() throws Exception {
        List<Reply> inside = new ArrayList<>();
        gate.open(keeping(inside));
        TestReply asked = ask(CLIENTS);
        CompletableFuture<Void> answered = gate.hold(Set.of(BROKERS));

        inside.get(0).sendDirectly(Command.success());

        assertThat(asked.direct).isTrue();
        assertThat(answered).isDone();
    }

    @Test
    void whatMayWaitForLongIsNotAwaited() throws Exception {
        gate.open(keeping(new ArrayList<>()));
        TestReply poll = ask(LONG_POLLS);

        assertThat(gate.hold(Set.of(BROKERS))).isDone();
        assertThat(poll.answer).isNotDone();
    }

    @Test
    void aRequestWhoseHandlerFailsIsNotAwaited() {
        gate.open((request, reply) -> {
            throw new IllegalStateException("failed");
        });
        assertThatThrownBy(() -> ask(CLIENTS)).hasMessage("failed");

        assertThat(gate.hold(Set.of(BROKERS))).isDone();
    }

    @Test
    void whatStaysUnansweredIsNoConcernOfTheNextHandlers() throws Exception {
        gate.open(keeping(new ArrayList<>()));
        ask(CLIENTS);
        assertThat(gate.hold(Set.of())).isNotDone();

        gate.open(answering("new"));

        assertThat(by(ask(CLIENTS))).isEqualTo("new");
        assertThat(gate.hold(Set.of())).isDone();
    }

    @Test
    void whatIsHeldStaysSoWhereTheGateIsClosedAgainBeforeItsTurn() throws Exception {
        gate.open(answering("first"));
        gate.hold(Set.of());
        AtomicReference<Runnable> turn = new AtomicReference<>();
        TestReply held = new TestReply(new TestConnection() {
            @Override
            public void execute(Runnable action) {
                turn.set(action);
            }
        });
        gate.handle(Command.request(CLIENTS, Map.of()), held);
        gate.open(answering("second"));
        gate.hold(Set.of());

        turn.get().run();
        assertThat(held.answer).isNotDone();
        gate.open(answering("third"));
        turn.get().run();

        assertThat(by(held)).isEqualTo("third");
    }

    @Test
    void whatWasHeldPassesWithItsCode() throws Exception {
        gate.open(answering("old"));
        gate.hold(Set.of());
        TestReply broker = ask(BROKERS);
        TestReply client = ask(CLIENTS);
        assertThat(broker.answer).isNotDone();

        gate.hold(Set.of(BROKERS), answering("new"));

        assertThat(by(broker)).isEqualTo("new");
        assertThat(client.answer).isNotDone();
    }

    @Test
    void whatIsHeldIsRefusedWhereNothingOpens() throws Exception {
        gate.open(answering("old"));
        gate.hold(Set.of());
        TestReply held = ask(CLIENTS);

        gate.refuse("could not be opened");

        assertThat(held.answer.join().code()).isEqualTo(ResponseCode.SERVICE_NOT_AVAILABLE);
        assertThat(held.answer.join().remarkText()).isEqualTo("could not be opened");
        assertThat(ask(CLIENTS).answer.join().remarkText()).isEqualTo("could not be opened");
    }

    @Test
    void moreThanItsBoundIsRefusedAtOnce() throws Exception {
        gate.open(answering("old"));
        gate.hold(Set.of());
        Body large = Body.of(new byte[40 * 1024 * 1024]);
        TestReply first = new TestReply();
        TestReply second = new TestReply();

        gate.handle(Command.request(CLIENTS, Map.of(), large), first);
        gate.handle(Command.request(CLIENTS, Map.of(), large), second);

        assertThat(first.answer).isNotDone();
        assertThat(second.answer.join().code()).isEqualTo(ResponseCode.SERVICE_NOT_AVAILABLE);
    }
}
