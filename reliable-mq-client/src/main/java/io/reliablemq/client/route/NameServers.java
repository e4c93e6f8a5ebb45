package io.reliablemq.client.route;

import io.reliablemq.client.agent.Causes;
import io.reliablemq.protocol.body.JsonBodies;
import io.reliablemq.protocol.body.MalformedBodyException;
import io.reliablemq.protocol.command.Command;
import io.reliablemq.protocol.command.RequestCode;
import io.reliablemq.protocol.command.ResponseCode;
import io.reliablemq.protocol.header.RouteRequest;
import io.reliablemq.protocol.route.TopicRoute;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks the name servers in turn, beginning with the one that answered last. Thread-safe.
 *
 * <p>Name servers know nothing of each other, so that one which was just started may lack a topic that another has: a
 * topic counts as unknown only if every name server that answers says so.
 */
final class NameServers {

    private static final Logger log = LoggerFactory.getLogger(NameServers.class);

    private final List<String> addresses;
    private final Remote remote;
    private final Duration timeout;
    private volatile int preferred;

    NameServers(List<String> addresses, Remote remote, Duration timeout) {
        this.addresses = addresses;
        this.remote = remote;
        this.timeout = timeout;
    }

    /**
     * Completes with the topic's route, with none if no name server knows the topic, or with a
     * {@link RouteUnavailableException} if none could be asked.
     */
    CompletableFuture<RouteAnswer> route(String topic) {
        Round round = new Round(topic, preferred);
        round.ask(0);
        return round.result;
    }

    /** One question that goes from name server to name server. */
    private final class Round {

        private final String topic;
        private final int first;
        private final CompletableFuture<RouteAnswer> result = new CompletableFuture<>();
        private boolean unknownToOne;
        private @Nullable String unknownWatchedAt;
        private @Nullable Throwable lastError;

        Round(String topic, int first) {
            this.topic = topic;
            this.first = first;
        }

        void ask(int tried) {
            if (tried == addresses.size()) {
                finish();
                return;
            }
            int index = (first + tried) % addresses.size();
            Command request = Command.request(RequestCode.GET_ROUTE_BY_TOPIC, new RouteRequest(topic, true).fields());
            remote.invoke(addresses.get(index), request, timeout).whenComplete((answer, error) -> {
                try {
                    if (error != null) {
                        failed(index, error);
                    } else if (take(index, answer)) {
                        return;
                    }
                    ask(tried + 1);
                } catch (RuntimeException | Error e) {
                    // Nobody asks again for as long as this question has no end.
                    result.completeExceptionally(e);
                }
            });
        }

        private boolean take(int index, Command answer) {
            if (answer.code() == ResponseCode.TOPIC_NOT_EXIST) {
                if (!unknownToOne) {
                    unknownWatchedAt = watchedAt(index, answer);
                }
                unknownToOne = true;
                return false;
            }
            try {
                if (answer.isSuccess()) {
                    TopicRoute route = JsonBodies.read(answer.body(), TopicRoute.class);
                    preferred = index;
                    result.complete(new RouteAnswer(route, watchedAt(index, answer)));
                    return true;
                }
                failed(index, new IllegalStateException("it answered " + answer.code() + " " + answer.remarkText()));
            } catch (MalformedBodyException e) {
                failed(index, e);
            }
            return false;
        }

        private @Nullable String watchedAt(int index, Command answer) {
            return answer.fields().containsKey(RouteRequest.WATCHED) ? addresses.get(index) : null;
        }

        private void failed(int index, Throwable error) {
            lastError = error;
            log.debug("The name server {} gave no route of '{}'", addresses.get(index), topic, error);
        }

        private void finish() {
            if (unknownToOne) {
                result.complete(new RouteAnswer(null, unknownWatchedAt));
            } else {
                result.completeExceptionally(new RouteUnavailableException(
                        "No name server of " + addresses + " could be asked for the route of topic '" + topic
                                + "'; check that one is running and reachable. The last failure: "
                                + (lastError == null ? "none" : Causes.text(lastError)),
                        lastError));
            }
        }
    }
}
