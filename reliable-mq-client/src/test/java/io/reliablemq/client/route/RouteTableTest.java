package io.reliablemq.client.route;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.reliablemq.client.agent.TaskLoop;
import io.reliablemq.client.api.ClientSettings;
import io.reliablemq.client.testing.ManualClock;
import io.reliablemq.client.testing.Routes;
import io.reliablemq.protocol.body.JsonBodies;
import io.reliablemq.protocol.command.Command;
import io.reliablemq.protocol.command.ResponseCode;
import io.reliablemq.protocol.header.TopicRequest;
import io.reliablemq.protocol.route.TopicRoute;
import io.reliablemq.protocol.transport.TransportException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
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
    private final List<String> asked = new ArrayList<>();
    private final List<String> changed = new ArrayList<>();

    private final Remote remote = new Remote() {
        @Override
        public CompletableFuture<Command> invoke(String address, Command request, Duration timeout) {
            String topic = TopicRequest.read(request.fields()).topic();
            asked.add(address + " " + topic);
            if (down.contains(address)) {
                return CompletableFuture.failedFuture(
                        new TransportException(TransportException.Kind.CONNECT_FAILED, "down"));
            }
            TopicRoute route = known.getOrDefault(address, Map.of()).get(topic);
            return CompletableFuture.completedFuture(
                    route == null
                            ? Command.failure(ResponseCode.TOPIC_NOT_EXIST, "none")
                            : Command.success(Map.of(), JsonBodies.write(route)));
        }

        @Override
        public CompletableFuture<Void> sendOneWay(String address, Command request) {
            throw new AssertionError("not expected");
        }
    };

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
                .hasCauseInstanceOf(RouteUnavailableException.class)
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
    void asksForAnAwaitedTopicEverySecondUntilItExistsAndThenAtTheRefreshInterval() {
        table.addListener(changed::add);
        table.await("T");
        pass(Duration.ofSeconds(5));
        assertThat(asked.size()).as("both name servers, about every second").isBetween(10, 12);
        know("n1:1", "T", ON_A);
        pass(Duration.ofMillis(1_500));
        assertThat(table.route("T")).isEqualTo(ON_A);
        assertThat(changed).containsExactly("T");

        asked.clear();
        pass(Duration.ofSeconds(29));
        assertThat(asked).isEmpty();
        know("n1:1", "T", ON_B);
        pass(Duration.ofSeconds(2));
        assertThat(asked).containsExactly("n1:1 T");
        assertThat(table.route("T")).isEqualTo(ON_B);
        assertThat(changed).containsExactly("T", "T");
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
