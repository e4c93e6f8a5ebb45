package io.reliablemq.client.route;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.reliablemq.client.agent.TaskLoop;
import io.reliablemq.client.api.ClientSettings;
import io.reliablemq.client.api.TopicMissingException;
import io.reliablemq.client.testing.ManualClock;
import io.reliablemq.client.testing.Routes;
import io.reliablemq.protocol.body.ClusterInfo;
import io.reliablemq.protocol.body.JsonBodies;
import io.reliablemq.protocol.command.Body;
import io.reliablemq.protocol.command.Command;
import io.reliablemq.protocol.command.RequestCode;
import io.reliablemq.protocol.command.ResponseCode;
import io.reliablemq.protocol.header.RouteRequest;
import io.reliablemq.protocol.header.TopicRequest;
import io.reliablemq.protocol.route.BrokerAddresses;
import io.reliablemq.protocol.route.TopicRoute;
import io.reliablemq.protocol.transport.TransportException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** The route table stepped by hand, against name servers in memory. */
class RouteTableTest {

    private static final TopicRoute ON_A = Routes.route(4, Map.of("a", "a:1"));
    private static final TopicRoute ON_B = Routes.route(4, Map.of("b", "b:1"));

    private final ManualClock clock = new ManualClock();
    private final TaskLoop loop = new TaskLoop(clock, (where, error) -> {
        throw new AssertionError(error);
    });
    private final Map<String, Map<String, TopicRoute>> known =
            new HashMap<>(Map.of("n1:1", new HashMap<>(), "n2:1", new HashMap<>()));
    private final Set<String> down = new HashSet<>();
    private final Set<String> telling = new HashSet<>();
    private Consumer<Runnable> onAnswer = Runnable::run;
    private final List<String> asked = new ArrayList<>();
    private final List<String> changed = new ArrayList<>();

    private final Remote remote = new Remote() {
        @Override
        public CompletableFuture<Command> invoke(String address, Command request, Duration timeout) {
            if (request.code() == RequestCode.GET_BROKER_CLUSTER_INFO && !down.contains(address)) {
                return CompletableFuture.completedFuture(clusterInfo(address));
            }
            String topic = TopicRequest.read(request.fields()).topic();
            asked.add(address + " " + topic);
            if (down.contains(address)) {
                return CompletableFuture.failedFuture(
                        new TransportException(TransportException.Kind.CONNECT_FAILED, "down"));
            }
            Map<String, String> fields = telling.contains(address) ? Map.of(RouteRequest.WATCHED, "true") : Map.of();
            TopicRoute route = known.getOrDefault(address, Map.of()).get(topic);
            Command answer = route == null
                    ? Command.response(ResponseCode.TOPIC_NOT_EXIST, "none", fields, Body.EMPTY)
                    : Command.success(fields, JsonBodies.write(route));
            CompletableFuture<Command> reply = new CompletableFuture<>();
            onAnswer.accept(() -> reply.complete(answer));
            return reply;
        }

        @Override
        public CompletableFuture<Void> sendOneWay(String address, Command request) {
            throw new AssertionError("not expected");
        }
    };

    private final Set<String> withBrokers = new HashSet<>(Set.of("n2:1"));

    private Command clusterInfo(String nameServer) {
        Map<String, BrokerAddresses> brokers = withBrokers.contains(nameServer)
                ? Map.of("a", new BrokerAddresses("c", "a", Map.of(BrokerAddresses.MASTER_ID, "a:1")))
                : Map.of();
        return Command.success(Map.of(), JsonBodies.write(new ClusterInfo(brokers, Map.of())));
    }

    private final RouteTable table = new RouteTable(ClientSettings.of("n1:1", "n2:1"), remote, loop, clock);

    private void know(String nameServer, String topic, TopicRoute route) {
        known.get(nameServer).put(topic, route);
    }

    private void pass(Duration time) {
        for (long ms = 0; ms < time.toMillis(); ms += 500) {
            clock.advance(Duration.ofMillis(500));
            loop.doWork();
        }
    }

    private PublishRoute publishRoute(String topic) {
        CompletableFuture<PublishRoute> route = table.publishRoute(topic);
        loop.doWork();
        return route.join();
    }

    @Test
    void asksTheNextNameServerWhenOneIsDownAndStaysWithTheOneThatAnswers() {
        down.add("n1:1");
        know("n2:1", "T", ON_A);

        assertThat(publishRoute("T").route()).isEqualTo(ON_A);
        assertThat(asked).containsExactly("n1:1 T", "n2:1 T");
        know("n2:1", "U", ON_B);
        assertThat(publishRoute("U").route()).isEqualTo(ON_B);
        assertThat(asked).endsWith("n2:1 U").hasSize(3);
    }

    @Test
    void believesThatATopicIsUnknownOnlyIfAllNameServersSaySo() {
        know("n2:1", "T", ON_A);

        assertThat(publishRoute("T")).isEqualTo(new PublishRoute(ON_A, false));
    }

    @Test
    void takesTheRouteOfTheTopicThatNewOnesInheritFrom() {
        know("n1:1", "TBW102", ON_A);

        assertThat(publishRoute("New")).isEqualTo(new PublishRoute(ON_A, true));
        know("n1:1", "New", ON_B);
        pass(Duration.ofMillis(500));
        assertThat(publishRoute("New")).isEqualTo(new PublishRoute(ON_A, true));
        assertThat(publishRoute("New")).isEqualTo(new PublishRoute(ON_B, false));
    }

    @Test
    void saysWhatToDoWhenNobodyHasTheTopicOrNobodyAnswers() {
        assertThatThrownBy(() -> publishRoute("T"))
                .hasCauseInstanceOf(TopicMissingException.class)
                .hasMessageContaining("'T'")
                .hasMessageContaining("create the topic");
        down.addAll(Set.of("n1:1", "n2:1"));
        clock.advance(RouteTable.QUIET);
        assertThatThrownBy(() -> publishRoute("T"))
                .hasCauseInstanceOf(RouteUnavailableException.class)
                .hasMessageContaining("n1:1")
                .hasMessageContaining("n2:1");
    }

    @Test
    void believesThatATopicIsMissingOnlyWhereBrokersAreKnown() {
        withBrokers.clear();

        assertThatThrownBy(() -> publishRoute("T"))
                .hasCauseInstanceOf(RouteUnavailableException.class)
                .hasMessageContaining("No broker is registered");

        withBrokers.add("n2:1");
        clock.advance(RouteTable.QUIET);
        assertThatThrownBy(() -> publishRoute("T")).hasCauseInstanceOf(TopicMissingException.class);
    }

    @Test
    void whoeverAsksOnceIsNotToldOfBeforeATopicWasCreated() {
        CompletableFuture<Optional<TopicRoute>> before = table.once("T");
        loop.doWork();
        assertThat(before).isCompletedWithValue(Optional.empty());
        know("n1:1", "T", ON_A);

        CompletableFuture<Optional<TopicRoute>> after = table.once("T");
        loop.doWork();
        assertThat(after).isNotDone();
        pass(Duration.ofSeconds(1));

        assertThat(after).isCompletedWithValue(Optional.of(ON_A));
        assertThat(asked).containsExactly("n1:1 T", "n2:1 T", "n1:1 T");
    }

    @Test
    void whoeverAsksOnceHearsThatNobodyCanTell() {
        CompletableFuture<Optional<TopicRoute>> before = table.once("T");
        loop.doWork();
        down.addAll(Set.of("n1:1", "n2:1"));

        CompletableFuture<Optional<TopicRoute>> after = table.once("T");
        pass(Duration.ofSeconds(1));

        assertThat(before).isCompletedWithValue(Optional.empty());
        assertThat(after).isCompletedExceptionally();
        assertThatThrownBy(after::join).hasCauseInstanceOf(RouteUnavailableException.class);
    }

    @Test
    void sharesQuestionsAndAsksNoMoreOftenThanNeeded() {
        know("n1:1", "T", ON_A);
        table.await("T");
        table.await("T");
        loop.doWork();
        table.refresh("T");
        table.refresh("T");
        assertThat(asked).hasSize(1);

        clock.advance(RouteTable.QUIET);
        table.refresh("T");
        assertThat(asked).hasSize(2);
    }

    @Test
    void asksForAnAwaitedTopicEverySecondUntilItExistsAndThenFromTimeToTime() {
        table.addListener(changed::add);
        table.await("T");
        pass(Duration.ofSeconds(5));
        assertThat(asked.stream().filter(question -> question.endsWith(" T")))
                .as("both name servers, about every second")
                .hasSizeBetween(10, 12);
        know("n1:1", "T", ON_A);
        pass(Duration.ofMillis(1_500));
        assertThat(table.route("T")).isEqualTo(ON_A);
        assertThat(changed).containsExactly("T");

        asked.clear();
        pass(RouteTable.UNTOLD.minusSeconds(1));
        assertThat(asked).isEmpty();
        know("n1:1", "T", ON_B);
        pass(Duration.ofSeconds(2));
        assertThat(asked).containsExactly("n1:1 T");
        assertThat(table.route("T")).isEqualTo(ON_B);
        assertThat(changed).containsExactly("T", "T");
    }

    @Test
    void asksAtTheRefreshIntervalWhereNobodyWaitsForTheTopicOrTheNameServerTells() {
        know("n1:1", "T", ON_A);
        publishRoute("T");
        telling.add("n1:1");
        know("n1:1", "U", ON_A);
        table.await("U");
        pass(Duration.ofSeconds(1));
        asked.clear();

        pass(Duration.ofSeconds(28));
        assertThat(asked).isEmpty();
        pass(Duration.ofSeconds(3));
        assertThat(asked)
                .filteredOn(question -> !question.contains("TBW102"))
                .containsExactlyInAnyOrder("n1:1 T", "n1:1 U");
    }

    @Test
    void asksAnewWhenToldAlsoIfTheLastAnswerIsFreshOrUnderWay() {
        telling.add("n1:1");
        know("n1:1", "T", ON_A);
        table.await("T");
        loop.doWork();
        know("n1:1", "T", ON_B);

        // Within the quiet time.
        table.changed(List.of("T", "unknown here"));
        table.changed(List.of("T"));
        loop.doWork();
        assertThat(asked).containsExactly("n1:1 T");
        pass(Duration.ofSeconds(1));
        assertThat(table.route("T")).isEqualTo(ON_B);
        assertThat(asked).hasSize(2);

        // While an older answer is on its way.
        List<Runnable> late = new ArrayList<>();
        onAnswer = late::add;
        table.refresh("T");
        know("n1:1", "T", ON_A);
        table.changed(List.of("T"));
        onAnswer = Runnable::run;
        late.forEach(Runnable::run);
        pass(Duration.ofSeconds(1));
        assertThat(table.route("T")).isEqualTo(ON_A);
    }

    @Test
    void turnsToAnotherNameServerWhenTheOneThatTellsIsGone() {
        telling.addAll(Set.of("n1:1", "n2:1"));
        know("n1:1", "T", ON_A);
        table.await("T");
        loop.doWork();
        down.add("n1:1");
        know("n2:1", "T", ON_B);

        table.disconnected("n1:1");
        pass(Duration.ofSeconds(1));

        assertThat(asked).containsExactly("n1:1 T", "n1:1 T", "n2:1 T");
        assertThat(table.route("T")).isEqualTo(ON_B);
        table.disconnected("n1:1");
        pass(Duration.ofMillis(500));
        assertThat(asked).as("nothing depends on it any more").hasSize(3);
    }

    @Test
    void looksOutForABrokerThatHasLeft() {
        know("n1:1", "T", Routes.route(4, Map.of("a", "a:1", "b", "b:1")));
        publishRoute("T");
        know("n1:1", "T", ON_A);
        pass(Duration.ofSeconds(31));
        assertThat(table.route("T")).isEqualTo(ON_A);

        TopicRoute both = Routes.route(4, Map.of("a", "a:1", "b", "b:1"));
        know("n1:1", "T", both);
        pass(Duration.ofMillis(1_500));
        assertThat(table.route("T")).isEqualTo(both);
        asked.clear();
        pass(Duration.ofSeconds(5));
        assertThat(asked).isEmpty();
    }

    @Test
    void keepsARouteThatNameServersForget() {
        know("n1:1", "T", ON_A);
        publishRoute("T");
        known.get("n1:1").clear();
        pass(Duration.ofSeconds(31));
        down.addAll(Set.of("n1:1", "n2:1"));
        pass(Duration.ofSeconds(31));

        assertThat(publishRoute("T")).isEqualTo(new PublishRoute(ON_A, false));
        assertThat(table.brokerAddresses(false)).containsExactly("a:1");
    }
}
