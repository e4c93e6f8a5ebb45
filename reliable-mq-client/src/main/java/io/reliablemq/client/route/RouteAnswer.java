package io.reliablemq.client.route;

import io.reliablemq.protocol.route.TopicRoute;
import org.jspecify.annotations.Nullable;

/**
 * What the name servers said of one topic.
 *
 * @param route null if none knows the topic
 * @param watchedAt address of the name server that tells when this changes; null if it has to be asked
 */
record RouteAnswer(@Nullable TopicRoute route, @Nullable String watchedAt) {}
