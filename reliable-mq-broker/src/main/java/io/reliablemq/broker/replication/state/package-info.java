/**
 * The state beside the log, which slaves copy file by file: topics, settings of groups, committed offsets, progress of
 * delays, accounts. On a master, whatever stores a file posts it on the {@link StateBoard}; on a slave,
 * {@code rmq-housekeeping} runs the {@link StateFollower}.
 */
@NullMarked
package io.reliablemq.broker.replication.state;

import org.jspecify.annotations.NullMarked;
