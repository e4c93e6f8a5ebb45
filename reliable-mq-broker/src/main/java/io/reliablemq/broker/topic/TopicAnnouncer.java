package io.reliablemq.broker.topic;

import java.util.concurrent.CompletableFuture;

/** Tells the name servers about the topics. */
@FunctionalInterface
public interface TopicAnnouncer {

    /**
     * Announces the present table of topics.
     *
     * @return completes, never exceptionally, once every name server knows it or had its time
     */
    CompletableFuture<Void> announce();
}
