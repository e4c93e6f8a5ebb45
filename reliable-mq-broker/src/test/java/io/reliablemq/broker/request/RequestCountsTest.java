package io.reliablemq.broker.request;

import static org.assertj.core.api.Assertions.assertThat;

import io.reliablemq.broker.TestReply;
import io.reliablemq.broker.figures.Figure;
import io.reliablemq.protocol.command.Command;
import io.reliablemq.protocol.command.ResponseCode;
import io.reliablemq.protocol.transport.Reply;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class RequestCountsTest {

    private static final int SEND = 310;

    private enum Way {
        IN_TURN(Reply::send),
        DIRECTLY(Reply::sendDirectly);

        private final BiConsumer<Reply, Command> sending;

        Way(BiConsumer<Reply, Command> sending) {
            this.sending = sending;
        }
    }

    @ParameterizedTest
    @EnumSource(Way.class)
    void whoHasTheAnswerFindsItCounted(Way way) throws Exception {
        RequestCounts counts = new RequestCounts(HandlerTable.builder()
                .on(SEND, (request, reply) -> way.sending.accept(reply, Command.success()))
                .build());
        TestReply reply = new TestReply();
        CompletableFuture<Double> counted =
                reply.answer.thenApply(answer -> count(counts, Integer.toString(SEND), "success"));

        counts.handle(Command.request(SEND, Map.of()), reply);

        assertThat(counted).isCompletedWithValue(1.0);
    }

    @Test
    void countsAllCodesThatNoHandlerKnowsAsOne() throws Exception {
        RequestCounts counts = new RequestCounts(HandlerTable.builder().build());

        counts.handle(Command.request(7_001, Map.of()), new TestReply());
        counts.handle(Command.request(7_002, Map.of()), new TestReply());

        assertThat(counts.read()).hasSize(1);
        assertThat(count(counts, "unknown", Integer.toString(ResponseCode.REQUEST_CODE_NOT_SUPPORTED)))
                .isEqualTo(2);
    }

    private static double count(RequestCounts counts, String code, String outcome) {
        return counts.read().stream()
                .filter(figure -> figure.tags().equals(Map.of("code", code, "outcome", outcome)))
                .mapToDouble(Figure::value)
                .sum();
    }
}
