/**
 * The broker as one part: its settings, and the place where its parts are put together, started and stopped.
 *
 * <p>{@link io.reliablemq.broker.Broker} is the door for whoever embeds one: start it, ask for its addresses, close it.
 * Only this package knows the whole object graph; nothing below depends on it.
 */
@NullMarked
package io.reliablemq.broker;

import org.jspecify.annotations.NullMarked;
