/**
 * The file system as the store needs it, behind an interface narrow enough for a simulated disk to fit behind it.
 *
 * <p>Knows nothing of messages. The only place where files and folders are forced. File channels are closed by an
 * interrupt of the thread that uses them, so the threads that write are never interrupted; reading survives one.
 */
@NullMarked
package io.reliablemq.broker.store.file;

import org.jspecify.annotations.NullMarked;
