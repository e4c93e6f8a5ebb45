/**
 * Sending: one loop a message, one time budget, every attempt recorded.
 *
 * <p>Made by {@code MqClient}. The loop runs on whatever thread completes an attempt, never on two at once.
 */
@NullMarked
package io.reliablemq.client.producer;

import org.jspecify.annotations.NullMarked;
