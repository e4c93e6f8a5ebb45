/**
 * What the broker tells operators about itself: numbers to watch, and findings about its health.
 *
 * <p>Knows no library for either. Parts count with {@link io.reliablemq.broker.figures.Histogram} or a {@code LongAdder}
 * and offer a {@link io.reliablemq.broker.figures.Figures}, which is read by whoever shows it: the management endpoint, a
 * meter registry of the application, the runtime table of the protocol. Reading happens on the reader's thread, never on
 * the counting one. Depends on nothing else of the broker.
 */
@NullMarked
package io.reliablemq.broker.figures;

import org.jspecify.annotations.NullMarked;
