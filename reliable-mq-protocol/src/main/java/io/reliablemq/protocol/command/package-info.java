/**
 * The unit of the protocol: one request or one response, and the codes that name them.
 *
 * <p>Immutable values, free of any wire or network knowledge; every package of the module may use them, from any
 * thread.
 */
@NullMarked
package io.reliablemq.protocol.command;

import org.jspecify.annotations.NullMarked;
