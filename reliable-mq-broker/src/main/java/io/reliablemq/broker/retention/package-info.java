/**
 * What old segments of the log still hold that somebody needs. Called by {@code rmq-segment-keeper} before it deletes one;
 * knows groups and schedules, which the store does not.
 */
@NullMarked
package io.reliablemq.broker.retention;

import org.jspecify.annotations.NullMarked;
