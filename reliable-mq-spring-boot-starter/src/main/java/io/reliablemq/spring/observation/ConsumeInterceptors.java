package io.reliablemq.spring.observation;

import io.reliablemq.client.api.ConsumeInterceptor;
import io.reliablemq.client.api.PushConsumerSettings;
import io.reliablemq.client.api.ReceivedMessage;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/** Several interceptors as one, found when the first consumer is made. The first in the list is the outermost. */
public final class ConsumeInterceptors implements ConsumeInterceptor {

    private static final Log log = LogFactory.getLog(ConsumeInterceptors.class);

    private final Supplier<List<ConsumeInterceptor>> interceptors;

    /** @param interceptors asked again each time, so it should remember its answer */
    public ConsumeInterceptors(Supplier<List<ConsumeInterceptor>> interceptors) {
        this.interceptors = interceptors;
    }

    @Override
    public void opened(PushConsumerSettings settings) {
        interceptors.get().forEach(interceptor -> safely(interceptor, () -> interceptor.opened(settings)));
    }

    @Override
    public Call begin(PushConsumerSettings settings, List<ReceivedMessage> messages) {
        List<Begun> begun = new ArrayList<>();
        for (ConsumeInterceptor interceptor : interceptors.get()) {
            safely(interceptor, () -> begun.add(new Begun(interceptor, interceptor.begin(settings, messages))));
        }
        return new Calls(begun);
    }

    /** One that fails must not keep the others from closing what they have opened. */
    private static void safely(ConsumeInterceptor interceptor, Runnable news) {
        try {
            news.run();
        } catch (RuntimeException | Error e) {
            log.error("The interceptor " + interceptor + " failed; the others and the listener go on", e);
        }
    }

    private record Begun(ConsumeInterceptor interceptor, Call call) {

        void tell(Consumer<Call> news) {
            safely(interceptor, () -> news.accept(call));
        }
    }

    /** From the innermost to the outermost, as scopes have to be closed. */
    private record Calls(List<Begun> calls) implements Call {

        @Override
        public void returned() {
            for (int i = calls.size() - 1; i >= 0; i--) {
                calls.get(i).tell(Call::returned);
            }
        }

        @Override
        public void ended(List<MessageEnd> ends, @Nullable Throwable error) {
            for (int i = calls.size() - 1; i >= 0; i--) {
                calls.get(i).tell(call -> call.ended(ends, error));
            }
        }
    }
}
