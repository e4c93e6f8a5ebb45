/**
 * Frames: bytes to {@link io.reliablemq.protocol.command.Command}s and back.
 *
 * <pre>
 * length          4   bytes that follow this field
 * header type     1   0: JSON, 1: binary
 * header length   3
 * header          n
 * body            the rest
 * </pre>
 *
 * <p>Only {@code transport} calls this package, on the event loop of the connection; each connection has a decoder and
 * an encoder of its own. Every length is checked against its limit before anything is allocated for it.
 */
@NullMarked
package io.reliablemq.protocol.codec;

import org.jspecify.annotations.NullMarked;
