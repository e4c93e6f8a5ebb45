package io.reliablemq.spring.listener;

import io.reliablemq.client.api.ReceivedMessage;

/**
 * A message that its listener could not handle.
 *
 * @param listenerId the id of the listener
 * @param error what it threw, or why the message could not be made its arguments
 * @param attempt which attempt it was, from 1
 * @param lastAttempt whether it becomes a dead letter if it is to be retried
 * @param nonRetryable whether the error is of a type after which another attempt cannot help: a
 *     {@link io.reliablemq.client.api.NonRetryableException}, which includes payloads that cannot be converted, or one that
 *     the settings name
 */
public record ListenerFailure(
        String group,
        String listenerId,
        ReceivedMessage message,
        Throwable error,
        int attempt,
        boolean lastAttempt,
        boolean nonRetryable) {}
