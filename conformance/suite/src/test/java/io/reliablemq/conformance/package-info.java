/**
 * The conformance suite: one contract, run for both client libraries on both brokers.
 *
 * <p>JUnit calls it, one class after the other; listeners record what they see from the libraries' own threads.
 */
@NullMarked
package io.reliablemq.conformance;

import org.jspecify.annotations.NullMarked;
