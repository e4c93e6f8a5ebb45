/**
 * What the running configuration guarantees at each stage, and which failure would still lose a message: facts are
 * collected from producers, listeners and running brokers, rules that are pure functions judge them, and the report is
 * logged, shown and, on request, enforced.
 *
 * <p>Made by the auto-configuration, used by the endpoint and by meters. Rules and records are immutable; brokers are asked
 * without a thread of our own, and what depends on their answers runs on a network thread of the client, for a moment.
 */
@NullMarked
package io.reliablemq.spring.guarantee;

import org.jspecify.annotations.NullMarked;
