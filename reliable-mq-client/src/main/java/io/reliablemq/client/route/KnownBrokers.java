package io.reliablemq.client.route;

import io.reliablemq.client.agent.TaskLoop;
import io.reliablemq.protocol.runtime.Clock;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Whether the name servers know a broker at all. One that does not was started a moment ago, and what it says of a topic says
 * nothing of what there will be. Thread-safe; answers are told on the thread {@code rmq-client}.
 */
final class KnownBrokers {

    private final NameServers nameServers;
    private final TaskLoop loop;
    private final Clock clock;
    private final SharedQuestion<Boolean> question = new SharedQuestion<>();

    KnownBrokers(NameServers nameServers, TaskLoop loop, Clock clock) {
        this.nameServers = nameServers;
        this.loop = loop;
        this.clock = clock;
    }

    /** Completes exceptionally with a {@link RouteUnavailableException} if no name server could be asked. */
    CompletableFuture<Boolean> any() {
        CompletableFuture<Boolean> mine = new CompletableFuture<>();
        CompletableFuture<Boolean> current = question.join(mine, clock.nanos());
        if (current == mine) {
            try {
                nameServers.anyBroker().whenComplete((any, error) -> loop.execute(() -> answer(mine, any, error)));
            } catch (RuntimeException | Error e) {
                // Nobody asks again for as long as a question has no end.
                mine.completeExceptionally(e);
            }
        }
        return current;
    }

    private static void answer(CompletableFuture<Boolean> asked, Boolean any, @Nullable Throwable error) {
        if (error == null) {
            asked.complete(any);
        } else {
            asked.completeExceptionally(error);
        }
    }
}
