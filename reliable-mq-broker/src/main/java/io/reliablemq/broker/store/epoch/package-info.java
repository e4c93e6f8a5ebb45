/**
 * Epochs: whose hand wrote which part of the log, so that two logs can tell how far they are the same.
 *
 * <p>Immutable values, and one small file. The file is written by whoever opens the store or follows a master, one at a time.
 */
@NullMarked
package io.reliablemq.broker.store.epoch;

import org.jspecify.annotations.NullMarked;
