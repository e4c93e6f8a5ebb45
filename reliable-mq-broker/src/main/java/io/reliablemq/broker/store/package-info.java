/**
 * The message store: the one door to the log and its indexes.
 *
 * <p>Knows nothing of sessions or of Netty. {@link io.reliablemq.broker.store.MessageStore} may be called from any
 * thread; appends are carried out by {@code rmq-log-writer}.
 */
@NullMarked
package io.reliablemq.broker.store;

import org.jspecify.annotations.NullMarked;
