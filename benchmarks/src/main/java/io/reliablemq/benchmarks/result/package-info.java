/**
 * The figures of a run: what was measured, medians and ratios over the rounds, and their forms as JSON, table and plot.
 *
 * <p>Knows nothing of brokers. Called by the driver's main thread.
 */
@NullMarked
package io.reliablemq.benchmarks.result;

import org.jspecify.annotations.NullMarked;
