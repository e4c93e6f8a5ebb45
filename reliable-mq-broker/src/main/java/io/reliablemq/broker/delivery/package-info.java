/**
 * When messages reach consumers: pulls that wait, messages that are due later, retries and dead letters.
 *
 * <p>All time comes from a {@link io.reliablemq.protocol.runtime.Clock}: what messages wait for goes by its
 * {@linkplain io.reliablemq.protocol.runtime.Clock#ofMessages() time of messages}, parked pulls by real time. Cursors of the delay schedule and the deadlines
 * of parked pulls belong to {@code rmq-scheduler}; pulls are parked from event loops and woken from whichever thread
 * moved the commit point.
 */
@NullMarked
package io.reliablemq.broker.delivery;

import org.jspecify.annotations.NullMarked;
