package io.reliablemq.spring.guarantee;

import java.util.List;

/** What the application itself does: how it sends and how it listens. Thread-safe. */
public interface ApplicationFacts {

    /** By group. */
    List<ProducerFacts> producers();

    /** By group. */
    List<GroupFacts> groups();
}
