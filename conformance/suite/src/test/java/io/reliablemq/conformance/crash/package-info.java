/**
 * Broker processes under load that are killed, stopped and started again; every acknowledged message must be there.
 *
 * <p>Seeds of random moments are printed; {@code -Dcrash.seed=N} repeats one.
 */
@NullMarked
package io.reliablemq.conformance.crash;

import org.jspecify.annotations.NullMarked;
