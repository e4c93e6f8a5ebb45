/**
 * Observations of sends and of listeners by the messaging conventions of OpenTelemetry, and the trace context that goes from one
 * to the other in the properties of messages. Needs {@code micrometer-observation} alone, which Spring brings.
 *
 * <p>Runs on the thread that sends, on the consume threads, and on those where asynchronous sends end; everything is
 * thread-safe but for the contexts, each of which belongs to one observation.
 */
@NullMarked
package io.reliablemq.spring.observation;

import org.jspecify.annotations.NullMarked;
