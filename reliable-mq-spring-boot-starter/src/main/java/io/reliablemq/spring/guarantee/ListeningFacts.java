package io.reliablemq.spring.guarantee;

import io.reliablemq.client.api.PushConsumerSettings;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The application's listeners, as far as facts about them are not in the client. Thread-safe. */
public interface ListeningFacts {

    /** The settings of each group that the application listens as, whether or not it runs now. */
    List<PushConsumerSettings> groups();

    /** Whether all listeners of the group do their work once for a message that comes twice; null if nobody knows. */
    @Nullable
    Boolean idempotent(String group);
}
