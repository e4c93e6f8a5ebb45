/**
 * Receiving: a group shares the queues or each member reads all of them, messages are handed to the application, and the
 * smallest offset that is not finished is committed. Beside it, queues that an application chooses, and dead letters.
 *
 * <p>{@code Rebalancer} finds which queues are this member's, {@code QueueOwnership} how one passes from member to member,
 * {@code AssignedQueues} has a {@code PullLoop} and a {@code ProcessQueue} (the window) for each, {@code ConsumeService} decides
 * in which order messages reach the listener, {@code Workers} how many at once, {@code Listening} what the listener has said,
 * {@code Failures} what becomes of those that are not done, {@code OffsetStore} where offsets are kept. {@code ConsumerParts}
 * puts them together.
 *
 * <p>Made by {@code MqClient}. Assignments, pulls and commits are run by the thread {@code rmq-client}, handlers by
 * {@code rmq-consume-GROUP-n} or the application's executor; {@code ProcessQueue} is what both share.
 */
@NullMarked
package io.reliablemq.client.consumer;

import org.jspecify.annotations.NullMarked;
