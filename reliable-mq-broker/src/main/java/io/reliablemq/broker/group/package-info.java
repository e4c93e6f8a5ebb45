/**
 * Who is connected, for which groups, with which subscriptions; which queues are locked; how far each group has come.
 *
 * <p>Changed from event loops and from {@code rmq-housekeeping} under locks that are never held across I/O; read as
 * immutable snapshots.
 */
@NullMarked
package io.reliablemq.broker.group;

import org.jspecify.annotations.NullMarked;
