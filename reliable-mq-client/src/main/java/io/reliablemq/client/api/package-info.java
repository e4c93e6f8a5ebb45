/**
 * What users of the client touch: producer, consumer, their settings, results and exceptions.
 *
 * <p>Free of Netty and JSON types. Settings and results are immutable; producers and consumers are thread-safe.
 */
@NullMarked
package io.reliablemq.client.api;

import org.jspecify.annotations.NullMarked;
