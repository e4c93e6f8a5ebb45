/**
 * Messages and their bytes: the one place that knows the stored layout, the properties string and the message ids.
 *
 * <p>Immutable values and pure functions; any thread may use them.
 */
@NullMarked
package io.reliablemq.protocol.message;

import org.jspecify.annotations.NullMarked;
