package io.reliablemq.spring.observation;

import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import io.reliablemq.client.api.ConsumeInterceptor;
import io.reliablemq.client.api.PushConsumerSettings;
import io.reliablemq.client.api.ReceivedMessage;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Observes each call of a listener. The observation is the current one while the listener works on its thread. */
public final class ListenerObservations implements ConsumeInterceptor {

    private static final ProcessObservationConvention DEFAULT = new DefaultProcessObservationConvention();

    private final ObservationRegistry registry;
    private final @Nullable ProcessObservationConvention convention;

    /** @param convention null for the default */
    public ListenerObservations(ObservationRegistry registry, @Nullable ProcessObservationConvention convention) {
        this.registry = registry;
        this.convention = convention;
    }

    @Override
    public Call begin(PushConsumerSettings settings, List<ReceivedMessage> messages) {
        ProcessContext context = new ProcessContext(settings, messages);
        Observation observation = Observation.createNotStarted(convention, DEFAULT, () -> context, registry)
                .start();
        return new Observed(context, observation, observation.openScope());
    }

    private record Observed(ProcessContext context, Observation observation, Observation.Scope scope) implements Call {

        @Override
        public void returned() {
            scope.close();
        }

        @Override
        public void ended(List<MessageEnd> ends, @Nullable Throwable error) {
            context.ended(ends, error);
            if (error != null) {
                observation.error(error);
            }
            observation.stop();
        }
    }
}
