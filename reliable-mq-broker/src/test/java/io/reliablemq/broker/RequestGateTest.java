package io.reliablemq.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.reliablemq.protocol.command.Body;
import io.reliablemq.protocol.command.Command;
import io.reliablemq.protocol.command.ResponseCode;
import io.reliablemq.protocol.transport.RequestHandler;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class RequestGateTest {

    private static final int CLIENTS = 10;
    private static final int BROKERS = 24_101;

    private final RequestGate gate = new RequestGate();

    private static RequestHandler answering(String text) {
        return (request, reply) -> reply.send(Command.success(Map.of("by", text)));
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
