/**
 * Who has a topic: what name servers tell clients, and the topic settings behind it.
 *
 * <p>Immutable values with their JSON names; any thread may use them.
 */
@NullMarked
package io.reliablemq.protocol.route;

import org.jspecify.annotations.NullMarked;
