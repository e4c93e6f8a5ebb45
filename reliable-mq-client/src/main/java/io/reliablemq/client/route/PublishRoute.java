package io.reliablemq.client.route;

import io.reliablemq.protocol.route.TopicRoute;

/**
 * Where to send a topic's messages.
 *
 * @param inherited whether the topic does not exist yet: the route is that of the topic whose settings it will inherit
 */
public record PublishRoute(TopicRoute route, boolean inherited) {}
