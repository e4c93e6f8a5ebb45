/**
 * The queue index: where the messages of a queue stand in the log.
 *
 * <p>Derived from the log, may be deleted and rebuilt. Entries are added by the one thread at a time that moves the commit
 * point; any thread may read.
 */
@NullMarked
package io.reliablemq.broker.store.index;

import org.jspecify.annotations.NullMarked;
