/**
 * Compressed bodies: the formats that the protocol knows, of which two need a library that may be missing.
 *
 * <p>Used by producers and consumers. Pure functions; any thread may call them.
 */
@NullMarked
package io.reliablemq.client.compression;

import org.jspecify.annotations.NullMarked;
