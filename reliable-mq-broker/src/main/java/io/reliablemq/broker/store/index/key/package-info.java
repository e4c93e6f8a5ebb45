/**
 * The key index: where the messages stand that have a key, a unique id or a tag.
 *
 * <p>Derived from the log, may be deleted and rebuilt. Fed by the store, one thread at a time; read by the threads that read
 * from the disk.
 */
@NullMarked
package io.reliablemq.broker.store.index.key;

import org.jspecify.annotations.NullMarked;
