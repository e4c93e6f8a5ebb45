/**
 * Accounts for the messages of each consumer group: every one that was appended is acknowledged, in flight, waiting for
 * another attempt, a dead letter or expired. The figures come from sources that do not know of each other, so that a
 * message that is lost shows as the rest.
 *
 * <p>Settled by {@code rmq-housekeeping}, read by any thread.
 */
@NullMarked
package io.reliablemq.broker.accounting;

import org.jspecify.annotations.NullMarked;
