/**
 * A master's side of replication: hands the log to its replicas, and knows how far each of them has it.
 *
 * <p>What was written just now is handed on by the log writer's thread, before it forces it; the rest by
 * {@code rmq-replica-feed}. Confirmations come on event loops.
 */
@NullMarked
package io.reliablemq.broker.replication.feed;

import org.jspecify.annotations.NullMarked;
