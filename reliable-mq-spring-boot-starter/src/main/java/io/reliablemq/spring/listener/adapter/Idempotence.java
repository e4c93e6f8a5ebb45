package io.reliablemq.spring.listener.adapter;

import io.reliablemq.spring.idempotent.IdempotencyStore;

/**
 * How a listener recognises messages that it has handled.
 *
 * @param group whose marks these are
 * @param keyExpression SpEL over the listener's arguments by name, and {@code payload}, {@code headers} and {@code message};
 *     empty for the unique id
 */
public record Idempotence(IdempotencyStore store, String group, String keyExpression) {}
