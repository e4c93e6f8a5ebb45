/**
 * The few texts that a header or a message carries, by their names.
 *
 * <p>Immutable values, free of any wire format; every package of the module may use them, from any thread.
 */
@NullMarked
package io.reliablemq.protocol.text;

import org.jspecify.annotations.NullMarked;
