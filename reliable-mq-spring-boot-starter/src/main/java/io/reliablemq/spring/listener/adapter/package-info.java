/**
 * From a listener method to the client's message handler: payload and header arguments, result, failures.
 *
 * <p>Called by the client's consume threads, several at once.
 */
@NullMarked
package io.reliablemq.spring.listener.adapter;

import org.jspecify.annotations.NullMarked;
