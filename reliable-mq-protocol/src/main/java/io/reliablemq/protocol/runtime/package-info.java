/**
 * Threads, time and errors: the parts that client and broker both rest on.
 *
 * <p>Knows nothing of the wire. This is the only package that makes threads of our own (the event loops are made by
 * {@code transport}); everything else is an {@link io.reliablemq.protocol.runtime.Agent} that is run by a thread in
 * production and stepped by a test.
 */
@NullMarked
package io.reliablemq.protocol.runtime;

import org.jspecify.annotations.NullMarked;
