package io.reliablemq.client.producer;

import static org.assertj.core.api.Assertions.assertThat;

import io.reliablemq.client.agent.TaskLoop;
import io.reliablemq.client.api.ClientSettings;
import io.reliablemq.client.api.TopicMissingException;
import io.reliablemq.client.route.PublishRoute;
import io.reliablemq.client.route.Remote;
import io.reliablemq.client.route.RouteTable;
import io.reliablemq.client.route.RouteUnavailableException;
import io.reliablemq.client.testing.ManualClock;
import io.reliablemq.client.testing.Routes;
import io.reliablemq.protocol.body.ClusterInfo;
import io.reliablemq.protocol.body.JsonBodies;
import io.reliablemq.protocol.command.Command;
import io.reliablemq.protocol.command.RequestCode;
import io.reliablemq.protocol.command.ResponseCode;
import io.reliablemq.protocol.header.TopicRequest;
import io.reliablemq.protocol.route.BrokerAddresses;
import io.reliablemq.protocol.route.TopicRoute;
import io.reliablemq.protocol.transport.TransportException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Looking for a route, stepped by hand, at a name server in memory. */
class RouteSearchTest {

    private static final Duration TIME = Duration.ofSeconds(10);
    private static final TopicRoute ROUTE = Routes.route(4, Map.of("a", "a:1"));
    private static final TopicRoute WITHOUT_MASTER = Routes.masterAndSlave(4, "a", null, "a:2");

    private final ManualClock clock = new ManualClock();
    private final TaskLoop loop = new TaskLoop(clock, (where, error) -> {
        throw new AssertionError(error);
    });
    private final Map<String, TopicRoute> known = new HashMap<>();
    private boolean down;
    private boolean brokers;
    private int asked;

    private final Remote nameServer = new Remote() {
        @Override
        public CompletableFuture<Command> invoke(String address, Command request, Duration timeout) {
            return down
                    ? CompletableFuture.failedFuture(
                            new TransportException(TransportException.Kind.CONNECT_FAILED, "scripted"))
                    : CompletableFuture.completedFuture(answer(request));
        }

        @Override
        public CompletableFuture<Void> sendOneWay(String address, Command request) {
            throw new AssertionError("not expected");
        }
    };

    private final RouteTable table = new RouteTable(ClientSettings.of("n:1"), nameServer, loop, clock);
    private RouteSearch search;

    private Command answer(Command request) {
        if (request.code() == RequestCode.GET_BROKER_CLUSTER_INFO) {
            Map<String, BrokerAddresses> registered =
                    brokers ? Map.of("b", new BrokerAddresses("c", "b", Map.of(0L, "b:1"))) : Map.of();
            return Command.success(Map.of(), JsonBodies.write(new ClusterInfo(registered, Map.of())));
        }
        String topic = TopicRequest.read(request.fields()).topic();
        asked += topic.equals("T") ? 1 : 0;
        TopicRoute route = known.get(topic);
        return route == null
                ? Command.failure(ResponseCode.TOPIC_NOT_EXIST, "scripted")
                : Command.success(Map.of(), JsonBodies.write(route));
    }

    @BeforeEach
    void begin() {
        search = RouteSearch.begin(
                table,
                loop,
                "T",
                SendBudget.start(clock, TIME),
                published -> published.route().brokers().get(0).master() != null);
    }

    /** Steps of 20 ms. */
    private void pass(Duration time) {
        loop.doWork();
        for (long ms = 0; ms < time.toMillis(); ms += 20) {
            clock.advance(Duration.ofMillis(20));
            loop.doWork();
        }
    }

    private Throwable failure() throws InterruptedException {
        assertThat(search.found()).isCompletedExceptionally();
        try {
            throw new AssertionError("found: " + search.found().get());
        } catch (ExecutionException e) {
            return e.getCause();
        }
    }

    @Test
    void goesOnWhileTheNameServerKnowsNoBroker() {
        pass(Duration.ofSeconds(5));
        assertThat(search.found()).isNotDone();
        assertThat(asked).as("questions").isBetween(8, 14);

        known.put("T", ROUTE);
        pass(Duration.ofMillis(620));

        assertThat(search.found()).isCompletedWithValue(new PublishRoute(ROUTE, false));
    }

    @Test
    void saysAtTheEndOfItsTimeThatNoBrokerIsRegistered() throws Exception {
        pass(TIME.minusMillis(100));
        assertThat(search.found()).isNotDone();
        pass(Duration.ofMillis(200));

        assertThat(failure())
                .isInstanceOfSatisfying(
                        RouteUnavailableException.class,
                        error -> assertThat(error.isWithoutBrokers()).isTrue())
                .hasMessageContainingAll("No broker is registered", "n:1", "'T'");
        int before = asked;
        pass(Duration.ofSeconds(2));
        assertThat(asked).as("questions when it is over").isEqualTo(before);
    }

    @Test
    void goesOnWhileNoNameServerAnswers() throws Exception {
        down = true;
        pass(Duration.ofSeconds(4));
        assertThat(search.found()).isNotDone();
        assertThat(search.lastError())
                .isInstanceOfSatisfying(
                        RouteUnavailableException.class,
                        error -> assertThat(error.isWithoutBrokers()).isFalse());

        down = false;
        brokers = true;
        known.put("TBW102", ROUTE);
        pass(Duration.ofMillis(620));

        assertThat(search.found()).isCompletedWithValue(new PublishRoute(ROUTE, true));
    }

    @Test
    void givesATopicUpThatBrokersDoNotHaveAtTheSecondLook() throws Exception {
        brokers = true;
        pass(Duration.ofMillis(380));
        assertThat(search.found()).isNotDone();
        pass(Duration.ofMillis(240));

        assertThat(failure()).isInstanceOf(TopicMissingException.class);
        assertThat(asked).isEqualTo(2);
    }

    @Test
    void looksAtOnceWhenARouteIsHeardOf() {
        pass(Duration.ofMillis(200));
        known.put("T", ROUTE);

        table.changed(List.of("T"));
        loop.doWork();

        assertThat(search.found()).isCompletedWithValue(new PublishRoute(ROUTE, false));
    }

    @Test
    void waitsForAMasterThatTakesMessages() {
        known.put("T", WITHOUT_MASTER);
        pass(Duration.ofSeconds(3));
        assertThat(search.found()).isNotDone();
        assertThat(search.lastError()).hasMessageContaining("no master");

        known.put("T", ROUTE);
        pass(Duration.ofMillis(620));

        assertThat(search.found()).isCompletedWithValue(new PublishRoute(ROUTE, false));
    }

    @Test
    void asksNoMoreWhenItIsGivenUp() throws Exception {
        pass(Duration.ofMillis(100));
        search.giveUp();
        int before = asked;
        pass(Duration.ofSeconds(2));

        assertThat(failure()).isInstanceOf(RouteUnavailableException.class);
        assertThat(asked).isEqualTo(before);
    }
}
