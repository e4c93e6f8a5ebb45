/**
 * What all state derived from the log has in common, and the queue index: where the messages of a queue stand in the log.
 *
 * <p>Derived from the log, may be deleted and rebuilt. Entries are added by the one thread at a time that moves the commit
 * point; any thread may read. Files that are found damaged are made again by the segment keeper.
 */
@NullMarked
package io.reliablemq.broker.store.index;

import org.jspecify.annotations.NullMarked;
