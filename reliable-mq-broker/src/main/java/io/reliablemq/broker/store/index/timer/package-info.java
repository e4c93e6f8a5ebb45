/**
 * The timer index: what is due when.
 *
 * <p>Derived from the log, may be deleted and rebuilt. Entries are added by the one thread at a time that moves the commit
 * point; one thread at a time asks what is due.
 */
@NullMarked
package io.reliablemq.broker.store.index.timer;

import org.jspecify.annotations.NullMarked;
