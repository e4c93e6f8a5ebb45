package io.reliablemq.spring.observation;

import io.reliablemq.client.api.ConsumeInterceptor;
import io.reliablemq.client.api.PushConsumerSettings;
import io.reliablemq.client.api.ReceivedMessage;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Several interceptors as one, found when the first consumer is made. The first in the list is the outermost. */
public final class ConsumeInterceptors implements ConsumeInterceptor {

    private final Supplier<List<ConsumeInterceptor>> interceptors;

    /** @param interceptors asked again each time, so it should remember its answer */
    public ConsumeInterceptors(Supplier<List<ConsumeInterceptor>> interceptors) {
        this.interceptors = interceptors;
    }

    @Override
    public void opened(PushConsumerSettings settings) {
        interceptors.get().forEach(interceptor -> interceptor.opened(settings));
    }

    @Override
    public Call begin(PushConsumerSettings settings, List<ReceivedMessage> messages) {
        return new Calls(interceptors.get().stream()
                .map(interceptor -> interceptor.begin(settings, messages))
                .toList());
    }

    /** From the innermost to the outermost, as scopes have to be closed. */
    private record Calls(List<Call> calls) implements Call {

        @Override
        public void returned() {
            for (int i = calls.size() - 1; i >= 0; i--) {
                calls.get(i).returned();
            }
        }

        @Override
        public void ended(List<MessageEnd> ends, @Nullable Throwable error) {
            for (int i = calls.size() - 1; i >= 0; i--) {
                calls.get(i).ended(ends, error);
            }
        }
    }
}
