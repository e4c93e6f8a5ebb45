/**
 * Placing an order: into the database first, then to the broker, and acknowledged to the customer only once the broker
 * has it safe.
 *
 * <p>Knows nothing of payment and shipping, which build on it. Called by web threads, listener threads and the
 * demonstration's threads; state lives in the database.
 */
@NullMarked
package io.reliablemq.sample.order;

import org.jspecify.annotations.NullMarked;
