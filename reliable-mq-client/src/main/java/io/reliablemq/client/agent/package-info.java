/**
 * The thread {@code rmq-client}: runs what routes, heartbeats and consumers have to do, one task after the other.
 *
 * <p>Everything above may hand tasks to it from any thread; tests step it by hand.
 */
@NullMarked
package io.reliablemq.client.agent;

import org.jspecify.annotations.NullMarked;
