/**
 * The containers behind listeners: one per consumer group, which owns a push consumer while it runs.
 *
 * <p>Started and stopped by the registry on the context's thread; handlers are called by the client's consume threads.
 */
@NullMarked
package io.reliablemq.spring.listener;

import org.jspecify.annotations.NullMarked;
