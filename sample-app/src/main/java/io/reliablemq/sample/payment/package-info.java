/**
 * Charging orders: listens to new orders, calls the payment gateway and tells shipping.
 *
 * <p>Runs on the listener threads of group {@code payment}. A refused charge is an exception, and an exception is a
 * retry by the broker: there is no retry code here.
 */
@NullMarked
package io.reliablemq.sample.payment;

import org.jspecify.annotations.NullMarked;
