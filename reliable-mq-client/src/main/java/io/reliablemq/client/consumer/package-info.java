/**
 * Receiving in cluster mode: a group shares the queues, each member pulls its own, hands the messages to the
 * application, and commits the smallest offset that is not finished.
 *
 * <p>Made by {@code MqClient}. Assignments, pulls and commits are run by the thread {@code rmq-client}, handlers by
 * {@code rmq-consume-GROUP-n}; {@code ProcessQueue} is what both share.
 */
@NullMarked
package io.reliablemq.client.consumer;

import org.jspecify.annotations.NullMarked;
