/**
 * JSON bodies of requests and answers: heartbeats, registrations, lists.
 *
 * <p>Immutable records with their wire names, read and written by {@link io.reliablemq.protocol.body.JsonBodies}; any
 * thread may use them.
 */
@NullMarked
package io.reliablemq.protocol.body;

import org.jspecify.annotations.NullMarked;
