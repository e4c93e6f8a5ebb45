package io.reliablemq.spring.observation;

import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationConvention;

/** Names and tags of observed sends. A bean of this type takes the place of {@link DefaultSendObservationConvention}. */
public interface SendObservationConvention extends ObservationConvention<SendContext> {

    @Override
    default boolean supportsContext(Observation.Context context) {
        return context instanceof SendContext;
    }
}
