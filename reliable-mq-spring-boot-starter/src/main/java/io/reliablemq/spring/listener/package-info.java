/**
 * The containers behind listeners: one per consumer group, which owns a push consumer while it runs. On its way to a listener
 * a delivery passes the group's dispatcher, the filters, and the error handler.
 *
 * <p>Started and stopped by the registry on the context's thread; everything that handles deliveries is called by the client's
 * consume threads, several at once.
 */
@NullMarked
package io.reliablemq.spring.listener;

import org.jspecify.annotations.NullMarked;
