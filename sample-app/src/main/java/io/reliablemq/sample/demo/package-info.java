/**
 * The demonstration: places a run of orders at start, waits until each has reached its end and logs what became of them.
 *
 * <p>A run outlives the process: after a crash the next start places what is missing. Owns the threads
 * {@code demo-n} and {@code demo-summary}.
 */
@NullMarked
package io.reliablemq.sample.demo;

import org.jspecify.annotations.NullMarked;
