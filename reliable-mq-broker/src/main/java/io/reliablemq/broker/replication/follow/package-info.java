/**
 * A replica's side of replication: attaches to the master, and brings its log into the store.
 *
 * <p>{@code rmq-replica} connects, and notices when the master has fallen silent. Records are verified on
 * {@code rmq-replica-io-1}, an event loop that has nothing else to do. Few records, which producers wait for, are written, forced
 * and confirmed there too; many are left to the log writer.
 */
@NullMarked
package io.reliablemq.broker.replication.follow;

import org.jspecify.annotations.NullMarked;
