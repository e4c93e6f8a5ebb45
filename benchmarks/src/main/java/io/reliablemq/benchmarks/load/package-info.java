/**
 * The load driver: starts the brokers in turn on one disk, drives each with the same work, and reports.
 *
 * <p>{@link io.reliablemq.benchmarks.load.BenchmarkApplication} is its entry. One main thread runs the turns; senders
 * and the pace of an open loop have threads of their own while they last.
 */
@NullMarked
package io.reliablemq.benchmarks.load;

import org.jspecify.annotations.NullMarked;
