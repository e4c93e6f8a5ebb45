/**
 * From Spring's messages to the wire's and back: header names, payload conversion, header mapping.
 *
 * <p>Everything here is immutable and may be called from any thread.
 */
@NullMarked
package io.reliablemq.spring.support;

import org.jspecify.annotations.NullMarked;
