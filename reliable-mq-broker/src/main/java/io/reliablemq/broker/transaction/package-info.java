/**
 * Transactions: half messages that wait to be committed or rolled back, and the questions to producers that have not said how a
 * transaction ended.
 *
 * <p>Used by the request handlers, by {@code rmq-scheduler}, which asks, and by {@code rmq-housekeeping}, which stores what is
 * open.
 */
@NullMarked
package io.reliablemq.broker.transaction;

import org.jspecify.annotations.NullMarked;
