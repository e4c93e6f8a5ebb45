/**
 * An order service as a user of the starter would write it: the application itself and its settings.
 *
 * <p>One package a use case: orders are placed ({@code order}), paid ({@code payment}), shipped ({@code shipping}) or
 * given up ({@code deadletter}); {@code board} shows them and {@code demo} places a run of them at start.
 */
@NullMarked
package io.reliablemq.sample;

import org.jspecify.annotations.NullMarked;
