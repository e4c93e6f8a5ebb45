/**
 * From a listener method to a handler of deliveries: payload and header arguments, result, reply, failures, and whether a message
 * was handled before.
 *
 * <p>Called by the client's consume threads, several at once.
 */
@NullMarked
package io.reliablemq.spring.listener.adapter;

import org.jspecify.annotations.NullMarked;
