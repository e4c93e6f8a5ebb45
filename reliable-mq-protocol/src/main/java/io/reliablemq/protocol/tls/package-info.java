/**
 * How connections are encrypted, in terms of the JDK: whose keys, whom to trust, what to do with those who do not encrypt.
 *
 * <p>Values that {@code transport} reads on its event loops when a connection begins. Thread-safe.
 */
@NullMarked
package io.reliablemq.protocol.tls;

import org.jspecify.annotations.NullMarked;
