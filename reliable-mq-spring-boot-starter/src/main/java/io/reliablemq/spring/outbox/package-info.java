/**
 * Messages that are taken down in a database, within the application's own transactions, and sent from there.
 *
 * <p>{@code JdbcOutbox} writes, on the threads and in the transactions of whoever sends. {@code OutboxRelay} sends, on one thread
 * {@code rmq-outbox-relay} that owns all its state: which lanes this instance has, what it has read of them, what is on its way.
 * Every message stands in one of 32 lanes, those of one ordering key in the same one; a lane is sent by one instance at a time
 * ({@code LaneClaims}). {@code OutboxMonitor} and {@code ParkedMessages} are for operators and may be called by any thread.
 */
@NullMarked
package io.reliablemq.spring.outbox;

import org.jspecify.annotations.NullMarked;
