/**
 * One record a request or response header, each with its table of field names, types and defaults.
 *
 * <p>Wire names appear here and nowhere else. Immutable; any thread may use them.
 */
@NullMarked
package io.reliablemq.protocol.header;

import org.jspecify.annotations.NullMarked;
