package io.reliablemq.spring.observation;

import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationConvention;

/** Names and tags of observed listeners. A bean of this type takes the place of {@link DefaultProcessObservationConvention}. */
public interface ProcessObservationConvention extends ObservationConvention<ProcessContext> {

    @Override
    default boolean supportsContext(Observation.Context context) {
        return context instanceof ProcessContext;
    }
}
