/**
 * Answers requests: a table from request code to one small handler each.
 *
 * <p>Handlers are called on event loops and never block; what may have to read old segments of the log is done by
 * {@code rmq-read-n}. What every request has in common is checked in front, by
 * {@link io.reliablemq.broker.request.RequestChecks}.
 */
@NullMarked
package io.reliablemq.broker.request;

import org.jspecify.annotations.NullMarked;
