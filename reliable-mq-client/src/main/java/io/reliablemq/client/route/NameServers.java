package io.reliablemq.client.route;

import io.reliablemq.client.agent.Causes;
import io.reliablemq.protocol.body.ClusterInfo;
import io.reliablemq.protocol.body.JsonBodies;
import io.reliablemq.protocol.body.MalformedBodyException;
import io.reliablemq.protocol.command.Command;
import io.reliablemq.protocol.command.RequestCode;
import io.reliablemq.protocol.command.ResponseCode;
import io.reliablemq.protocol.header.RouteRequest;
import io.reliablemq.protocol.route.TopicRoute;
import java.time.Duration;
import java.util.List;
import java.util.Map;
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
        RouteRound round = new RouteRound(topic);
        round.ask(0);
        return round.result;
    }

    /**
     * Completes with whether a name server knows a broker, or with a {@link RouteUnavailableException} if none could be asked. One
     * that refuses to tell counts as knowing some: what it says of topics is all that there is to be had.
     */
    CompletableFuture<Boolean> anyBroker() {
        BrokerRound round = new BrokerRound();
        round.ask(0);
        return round.result;
    }

    RouteUnavailableException withoutBrokers(String topic) {
        return RouteUnavailableException.withoutBrokers("No broker is registered with those of the name servers "
                + addresses + " that answer, so that there is no route of topic '" + topic
                + "'; check that a broker is running and registers with them");
    }

    /** One question that goes from name server to name server. */
    private abstract class Round<T> {

        final CompletableFuture<T> result = new CompletableFuture<>();
        private final Command request;
        private final String what;
        private final int first = preferred;
        private @Nullable Throwable lastError;

        /** @param what is asked for, to follow "the" */
        Round(Command request, String what) {
            this.request = request;
            this.what = what;
        }

        /** Looks at the answer of one of them; whether no other has to be asked. */
        abstract boolean take(int index, Command answer) throws MalformedBodyException;

        /** What it comes to when all were asked; null if none has answered. */
        abstract @Nullable T answered();

        void ask(int tried) {
            if (tried == addresses.size()) {
                finish();
                return;
            }
            int index = (first + tried) % addresses.size();
            remote.invoke(addresses.get(index), request, timeout).whenComplete((answer, error) -> {
                try {
                    if (error != null) {
                        failed(index, error);
                    } else {
                        answers(index);
                        if (isLast(index, answer)) {
                            return;
                        }
                    }
                    ask(tried + 1);
                } catch (RuntimeException | Error e) {
                    // Nobody asks again for as long as this question has no end.
                    result.completeExceptionally(e);
                }
            });
        }

        /** The next question does not begin with one that is silent, whatever this one says. */
        private void answers(int index) {
            if (lastError != null) {
                preferred = index;
            }
        }

        private boolean isLast(int index, Command answer) {
            try {
                return take(index, answer);
            } catch (MalformedBodyException e) {
                failed(index, e);
                return false;
            }
        }

        void failed(int index, Throwable error) {
            lastError = error;
            log.debug("The name server {} did not tell the {}", addresses.get(index), what, error);
        }

        private void finish() {
            T answer = answered();
            if (answer != null) {
                result.complete(answer);
            } else {
                result.completeExceptionally(RouteUnavailableException.unreachable(
                        "No name server of " + addresses + " could be asked for the " + what
                                + "; check that one is running and reachable. The last failure: "
                                + (lastError == null ? "none" : Causes.text(lastError)),
                        lastError));
            }
        }
    }

    private final class RouteRound extends Round<RouteAnswer> {

        private boolean unknownToOne;
        private @Nullable String unknownWatchedAt;

        RouteRound(String topic) {
            super(
                    Command.request(RequestCode.GET_ROUTE_BY_TOPIC, new RouteRequest(topic, true).fields()),
                    "route of topic '" + topic + "'");
        }

        @Override
        boolean take(int index, Command answer) throws MalformedBodyException {
            if (answer.code() == ResponseCode.TOPIC_NOT_EXIST) {
                if (!unknownToOne) {
                    unknownWatchedAt = watchedAt(index, answer);
                }
                unknownToOne = true;
            } else if (answer.isSuccess()) {
                TopicRoute route = JsonBodies.read(answer.body(), TopicRoute.class);
                preferred = index;
                result.complete(new RouteAnswer(route, watchedAt(index, answer)));
                return true;
            } else {
                failed(index, new IllegalStateException("it answered " + answer.code() + " " + answer.remarkText()));
            }
            return false;
        }

        private @Nullable String watchedAt(int index, Command answer) {
            return answer.fields().containsKey(RouteRequest.WATCHED) ? addresses.get(index) : null;
        }

        @Override
        @Nullable
        RouteAnswer answered() {
            return unknownToOne ? new RouteAnswer(null, unknownWatchedAt) : null;
        }
    }

    private final class BrokerRound extends Round<Boolean> {

        private boolean noneAtOne;

        BrokerRound() {
            super(Command.request(RequestCode.GET_BROKER_CLUSTER_INFO, Map.of()), "brokers");
        }

        @Override
        boolean take(int index, Command answer) throws MalformedBodyException {
            if (answer.isSuccess()
                    && JsonBodies.read(answer.body(), ClusterInfo.class)
                            .brokers()
                            .isEmpty()) {
                noneAtOne = true;
                return false;
            }
            return result.complete(true);
        }

        @Override
        @Nullable
        Boolean answered() {
            return noneAtOne ? false : null;
        }
    }
}
