/**
 * For the tests of applications: a broker of their own, whose clock they set and whose answers they spoil, and assertions
 * about its messages.
 *
 * <p>Called by tests, from any thread; needs no thread of its own.
 */
@NullMarked
package io.reliablemq.spring.test;

import org.jspecify.annotations.NullMarked;
