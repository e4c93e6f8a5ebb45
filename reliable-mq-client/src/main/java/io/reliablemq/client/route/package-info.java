/**
 * Who has a topic, and who must hear of this client: routes from the name servers, heartbeats to the brokers.
 *
 * <p>Routes are immutable snapshots that any thread may read; they are written on the thread {@code rmq-client}.
 */
@NullMarked
package io.reliablemq.client.route;

import org.jspecify.annotations.NullMarked;
