/**
 * The broker's side of its registration with name servers: {@code rmq-registration} does it every few seconds and
 * whenever a topic changed.
 */
@NullMarked
package io.reliablemq.broker.registration;

import org.jspecify.annotations.NullMarked;
