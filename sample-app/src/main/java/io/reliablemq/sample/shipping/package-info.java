/**
 * Shipping paid orders, and telling what follows from it through the outbox. Runs on the listener threads of group
 * {@code shipping}.
 */
@NullMarked
package io.reliablemq.sample.shipping;

import org.jspecify.annotations.NullMarked;
