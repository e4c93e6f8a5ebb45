/**
 * What the suite asks of a client library, whichever it is: the official one or ours.
 *
 * <p>Plain JDK types only, because this package is the one that the suite and the isolated official client share: it is
 * loaded once, by the suite's loader. Called by the suite's test threads; listeners are called by the library's own.
 */
@NullMarked
package io.reliablemq.conformance.port;

import org.jspecify.annotations.NullMarked;
