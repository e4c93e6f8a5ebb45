/**
 * What becomes of orders whose payment failed for good: their messages wait in the dead-letter topic of group
 * {@code payment}, which is a topic like any other. Runs on the listener threads of group {@code payment-desk}.
 */
@NullMarked
package io.reliablemq.sample.deadletter;

import org.jspecify.annotations.NullMarked;
