package io.reliablemq.spring.observation;

import static org.assertj.core.api.Assertions.assertThat;

import io.reliablemq.client.api.ConsumeInterceptor;
import io.reliablemq.client.api.PushConsumerSettings;
import io.reliablemq.client.api.ReceivedMessage;
import io.reliablemq.spring.fixture.Received;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ConsumeInterceptorsTest {

    private static final PushConsumerSettings SETTINGS =
            PushConsumerSettings.builder("billing").subscribe("orders", "*").build();

    private final List<String> told = new ArrayList<>();

    private ConsumeInterceptor interceptor(String name, String failing) {
        return new ConsumeInterceptor() {
            @Override
            public Call begin(PushConsumerSettings settings, List<ReceivedMessage> messages) {
                tell("begin");
                return new Call() {
                    @Override
                    public void returned() {
                        tell("returned");
                    }

                    @Override
                    public void ended(List<MessageEnd> ends, @Nullable Throwable error) {
                        tell("ended");
                    }
                };
            }

            private void tell(String news) {
                if (news.equals(failing)) {
                    throw new NoClassDefFoundError("Fails, as the test wants");
                }
                told.add(news + " " + name);
            }
        };
    }

    private void callThrough(ConsumeInterceptor... interceptors) {
        told.clear();
        ConsumeInterceptor.Call call = new ConsumeInterceptors(() -> List.of(interceptors))
                .begin(SETTINGS, List.of(Received.text("orders", "x", Map.of())));
        call.returned();
        call.ended(List.of(ConsumeInterceptor.MessageEnd.DONE), null);
    }

    @Test
    void tellsTheOthersWhenOneFails() {
        callThrough(interceptor("outer", ""), interceptor("inner", "begin"));
        assertThat(told).containsExactly("begin outer", "returned outer", "ended outer");

        callThrough(interceptor("outer", ""), interceptor("inner", "returned"));
        assertThat(told).containsExactly("begin outer", "begin inner", "returned outer", "ended inner", "ended outer");

        callThrough(interceptor("outer", ""), interceptor("inner", "ended"));
        assertThat(told)
                .containsExactly("begin outer", "begin inner", "returned inner", "returned outer", "ended outer");
    }
}
