/**
 * Marks of handled messages, by which listeners have the effect of a message once however often it is delivered: in the
 * database, within the listener's transaction, or in memory.
 *
 * <p>Called by the client's consume threads through the listener adapters; old marks are removed by a thread of
 * {@link io.reliablemq.spring.idempotent.MarkCleanup}.
 */
@NullMarked
package io.reliablemq.spring.idempotent;

import org.jspecify.annotations.NullMarked;
