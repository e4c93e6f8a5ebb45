/**
 * What a master and its replicas say to each other: commands of our own remoting protocol, over the broker's port. The replica
 * dials.
 *
 * <p>Immutable values with explicit field tables; any thread may use them.
 */
@NullMarked
package io.reliablemq.broker.replication.wire;

import org.jspecify.annotations.NullMarked;
