/**
 * A replica's side of replication: attaches to the master, and brings its log into the store.
 *
 * <p>{@code rmq-replica} connects, and notices when the master has fallen silent. Records are verified on the connection's event
 * loop, written by the log writer, and confirmed by it as soon as they are as safe as the flush policy makes them.
 */
@NullMarked
package io.reliablemq.broker.replication.follow;

import org.jspecify.annotations.NullMarked;
