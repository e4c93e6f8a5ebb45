package io.reliablemq.spring.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.reliablemq.client.api.SendFailedException;
import io.reliablemq.client.api.SendFailureHandler;
import io.reliablemq.client.api.SendFailureHandler.Compensation;
import io.reliablemq.protocol.message.Message;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class SendFailureHandlersTest {

    private final List<String> asked = new ArrayList<>();
    private final SendFailedException failure =
            new SendFailedException("no broker answers", Message.of("orders", new byte[] {1}), List.of());

    private SendFailureHandler handler(String name, Compensation answer, boolean holdsBack) {
        return new SendFailureHandler() {
            @Override
            public Compensation handle(SendFailedException failed) {
                asked.add(name);
                return answer;
            }

            @Override
            public boolean holdsBack(Message message) {
                return holdsBack;
            }
        };
    }

    @Test
    void asksInOrderUntilOneAccepts() {
        SendFailureHandlers handlers = new SendFailureHandlers(List.of(
                handler("a", Compensation.FAILED, false),
                handler("b", Compensation.ACCEPTED_LOCALLY, false),
                handler("c", Compensation.ACCEPTED_LOCALLY, false)));

        assertThat(handlers.handle(failure)).isEqualTo(Compensation.ACCEPTED_LOCALLY);
        assertThat(asked).containsExactly("a", "b");
        assertThat(handlers.holdsBack(failure.sentMessage())).isFalse();
    }

    @Test
    void asksFirstWhoeverKeepsEarlierMessagesOfTheKey() {
        SendFailureHandlers handlers = new SendFailureHandlers(List.of(
                handler("a", Compensation.ACCEPTED_LOCALLY, false),
                handler("journal", Compensation.ACCEPTED_LOCALLY, true)));

        assertThat(handlers.holdsBack(failure.sentMessage())).isTrue();
        assertThat(handlers.handle(failure)).isEqualTo(Compensation.ACCEPTED_LOCALLY);
        assertThat(asked).containsExactly("journal");
    }

    @Test
    void addsWhatAHandlerThrowsAndAsksTheNext() {
        SendFailureHandlers handlers = new SendFailureHandlers(List.of(
                failed -> {
                    throw new java.io.IOException("disk");
                },
                handler("b", Compensation.FAILED, false)));

        assertThat(handlers.handle(failure)).isEqualTo(Compensation.FAILED);
        assertThat(failure.getSuppressed())
                .singleElement()
                .satisfies(error -> assertThat(error).hasMessage("disk"));
        assertThat(asked).containsExactly("b");
    }
}
