/**
 * Store and forward: the journal of messages that no broker took, and the sending of what is in it.
 *
 * <p>Made by the client. Senders' threads write to the journal; the thread {@code rmq-client} decides what is sent next.
 */
@NullMarked
package io.reliablemq.client.journal;

import org.jspecify.annotations.NullMarked;
