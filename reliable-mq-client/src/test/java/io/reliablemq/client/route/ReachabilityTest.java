package io.reliablemq.client.route;

import static org.assertj.core.api.Assertions.assertThat;

import io.reliablemq.client.agent.TaskLoop;
import io.reliablemq.client.api.ClientSettings;
import io.reliablemq.client.testing.ManualClock;
import io.reliablemq.client.testing.Routes;
import io.reliablemq.protocol.body.JsonBodies;
import io.reliablemq.protocol.command.Command;
import io.reliablemq.protocol.command.RequestCode;
import io.reliablemq.protocol.command.ResponseCode;
import io.reliablemq.protocol.route.BrokerAddresses;
import io.reliablemq.protocol.route.TopicRoute;
import io.reliablemq.protocol.transport.TransportException;
import io.reliablemq.protocol.transport.TransportException.Kind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Stepped by hand, with brokers in memory that answer or do not. */
class ReachabilityTest {

    private static final TransportException LOST = new TransportException(Kind.CONNECTION_CLOSED, "lost");

    private final ManualClock clock = new ManualClock();
    private final TaskLoop loop = new TaskLoop(clock, (where, error) -> {
        throw new AssertionError(error);
    });
    private final Set<String> down = new HashSet<>();
    private final List<String> probed = new ArrayList<>();
    private final List<String> news = new ArrayList<>();
    private TopicRoute route = Routes.route(4, Map.of("a", "a:1", "b", "b:1"));
    private int routeQuestions;

    private final Remote remote = new Remote() {
        @Override
        public CompletableFuture<Command> invoke(String address, Command request, Duration timeout) {
            if (request.code() == RequestCode.GET_ROUTE_BY_TOPIC) {
                routeQuestions++;
                return CompletableFuture.completedFuture(Command.success(Map.of(), JsonBodies.write(route)));
            }
            probed.add(address);
            return down.contains(address)
                    ? CompletableFuture.failedFuture(new TransportException(Kind.CONNECT_FAILED, "down"))
                    : CompletableFuture.completedFuture(Command.failure(ResponseCode.SYSTEM_ERROR, "an answer"));
        }

        @Override
        public CompletableFuture<Void> sendOneWay(String address, Command request) {
            throw new AssertionError("not expected");
        }
    };

    private final ClientSettings settings = ClientSettings.of("n:1");
    private final RouteTable routes = new RouteTable(settings, remote, loop, clock);
    private final Heartbeats heartbeats = new Heartbeats("me", settings, routes, remote, loop);
    private final Reachability reachability = new Reachability(routes, heartbeats, loop);

    @BeforeEach
    void knowARoute() {
        reachability.addListener(new Reachability.Listener() {
            @Override
            public void cutOff(String address) {
                news.add("cut off " + address);
            }

            @Override
            public void back(String address) {
                news.add("back " + address);
            }

            @Override
            public void renewed(String address) {
                news.add("renewed " + address);
            }
        });
        routes.await("T");
        loop.doWork();
        assertThat(news).containsExactlyInAnyOrder("renewed a:1", "back a:1", "renewed b:1", "back b:1");
        news.clear();
        pass(Duration.ofMillis(200));
    }

    private void pass(Duration time) {
        for (long ms = 0; ms < time.toMillis(); ms += 10) {
            clock.advance(Duration.ofMillis(10));
            loop.doWork();
        }
    }

    @Test
    void cutsOffAtOnceAndProbesAtGrowingIntervalsUntilTheBrokerAnswers() {
        down.add("b:1");
        reachability.failed("b:1", LOST);
        reachability.failed("b:1", LOST);
        assertThat(reachability.isReachable("b:1")).isFalse();
        assertThat(reachability.isReachable("a:1")).isTrue();

        int questionsBefore = routeQuestions;
        loop.doWork();
        assertThat(news).containsExactly("cut off b:1");
        assertThat(routeQuestions).as("the route is asked for").isEqualTo(questionsBefore + 1);
        assertThat(probed).containsExactly("b:1");
        pass(Duration.ofSeconds(30));
        assertThat(probed.size())
                .as("0, 0.25, 0.75, 1.75, 3.75, 7.75, then every 4 s")
                .isEqualTo(11);

        down.clear();
        pass(Reachability.LONGEST);
        assertThat(reachability.isReachable("b:1")).isTrue();
        assertThat(news).containsExactly("cut off b:1", "renewed b:1", "back b:1");
        probed.clear();
        pass(Duration.ofSeconds(10));
        assertThat(probed).isEmpty();
    }

    @Test
    void anAnswerToTheFirstProbeIsTheEndOfIt() {
        reachability.failed("b:1", new TransportException(Kind.TIMED_OUT, "late"));
        loop.doWork();
        loop.doWork();

        assertThat(reachability.isReachable("b:1")).isTrue();
        assertThat(news).containsExactly("cut off b:1", "back b:1");
    }

    @Test
    void takesNoNoteOfOtherErrorsAndOtherAddresses() {
        reachability.failed("b:1", new TransportException(Kind.OVERLOADED, "too much in flight"));
        reachability.failed("b:1", new IllegalArgumentException("fits into no frame"));
        reachability.failed("n:1", LOST);
        loop.doWork();

        assertThat(probed).isEmpty();
        assertThat(news).isEmpty();
    }

    @Test
    void forgetsABrokerThatLeavesTheRoutesAndTellsWhenItComesBack() {
        TopicRoute both = route;
        down.add("b:1");
        reachability.failed("b:1", LOST);
        route = Routes.route(4, Map.of("a", "a:1"));
        pass(Duration.ofSeconds(2));
        assertThat(reachability.isReachable("b:1")).isTrue();
        probed.clear();
        pass(Duration.ofSeconds(10));
        assertThat(probed).isEmpty();

        route = both;
        down.clear();
        pass(Duration.ofSeconds(2));
        assertThat(news).containsExactly("cut off b:1", "renewed b:1", "back b:1");
    }

    @Test
    void aLateAnswerIsNoNewBrokerUnlessTheConnectionIsLostBesides() {
        down.add("b:1");
        reachability.failed("b:1", new TransportException(Kind.TIMED_OUT, "late"));
        loop.doWork();
        reachability.disconnected("b:1");
        down.clear();
        pass(Duration.ofSeconds(1));

        assertThat(news).containsExactly("cut off b:1", "renewed b:1", "back b:1");
    }

    @Test
    void aBrokerThatARouteNamesInAnotherWayIsAskedAtOnceHoweverLongTheIntervalIs() {
        down.add("b:1");
        reachability.failed("b:1", LOST);
        pass(Duration.ofSeconds(8));
        down.clear();
        route = new TopicRoute(
                List.of(
                        new BrokerAddresses("c", "a", Map.of(0L, "a:1")),
                        new BrokerAddresses("c", "b", Map.of(0L, "b:1", 1L, "b:2"))),
                route.queues());
        probed.clear();
        routes.changed(List.of("T"));
        loop.doWork();
        loop.doWork();

        assertThat(probed).containsExactly("b:1");
        assertThat(news).endsWith("renewed b:1", "back b:1").contains("renewed b:2", "back b:2");
        assertThat(reachability.isReachable("b:1")).isTrue();
    }

    @Test
    void aMasterWhoseSlaveComesOrGoesIsRenewed() {
        route = new TopicRoute(
                List.of(
                        new BrokerAddresses("c", "a", Map.of(0L, "a:1", 1L, "a:2")),
                        new BrokerAddresses("c", "b", Map.of(0L, "b:1"))),
                route.queues());
        routes.changed(List.of("T"));
        loop.doWork();

        assertThat(news).contains("renewed a:1", "renewed a:2", "back a:2").doesNotContain("back a:1");
    }
}
