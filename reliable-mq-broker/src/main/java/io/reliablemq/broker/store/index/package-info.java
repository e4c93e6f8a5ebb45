/**
 * What is derived from the log, segment by segment: the queue index, which says where the messages of a queue stand, and
 * the timer index, which says what is due when.
 *
 * <p>All of it may be deleted and is rebuilt. Entries are added by the one thread at a time that moves the commit point;
 * any thread may read the queue index, one thread at a time the timer index.
 */
@NullMarked
package io.reliablemq.broker.store.index;

import org.jspecify.annotations.NullMarked;
