/**
 * A broker without a store, as a process of its own: what it reaches is what clients and network leave to any broker on
 * this machine.
 *
 * <p>Answers on the event loop of the connection. Started by {@code process}.
 */
@NullMarked
package io.reliablemq.benchmarks.ceiling;

import org.jspecify.annotations.NullMarked;
