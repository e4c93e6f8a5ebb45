package io.reliablemq.client.producer;

import static org.assertj.core.api.Assertions.assertThat;

import io.reliablemq.client.producer.BrokerHealth.Reason;
import io.reliablemq.client.route.PublishRoute;
import io.reliablemq.client.testing.ManualClock;
import io.reliablemq.client.testing.Routes;
import io.reliablemq.protocol.route.BrokerAddresses;
import io.reliablemq.protocol.route.Permission;
import io.reliablemq.protocol.route.QueueAccess;
import io.reliablemq.protocol.route.TopicRoute;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class BrokerSelectorTest {

    private static final List<TargetQueue> QUEUES =
            TargetQueue.of(new PublishRoute(Routes.route(4, Map.of("a", "a:1", "b", "b:1", "c", "c:1")), false), 4);

    private final ManualClock clock = new ManualClock();
    private final Set<String> cutOff = new HashSet<>();
    private final BrokerHealth health = new BrokerHealth(clock, address -> !cutOff.contains(address));
    private final BrokerSelector selector = new BrokerSelector(health);

    private Map<String, Integer> counts(int times) {
        Map<String, Integer> counts = new HashMap<>();
        IntStream.range(0, times)
                .forEach(i -> counts.merge(selector.select(QUEUES, Set.of()).brokerName(), 1, Integer::sum));
        return counts;
    }

    @Test
    void goesRoundAllQueuesAndChangesTheBrokerEachTime() {
        List<TargetQueue> chosen = IntStream.range(0, 12)
                .mapToObj(i -> selector.select(QUEUES, Set.of()))
                .toList();

        assertThat(chosen).containsExactlyInAnyOrderElementsOf(QUEUES);
        for (int i = 1; i < chosen.size(); i++) {
            assertThat(chosen.get(i).brokerName())
                    .isNotEqualTo(chosen.get(i - 1).brokerName());
        }
    }

    @Test
    void prefersABrokerThatThisSendHasNotTried() {
        for (int i = 0; i < 12; i++) {
            assertThat(selector.select(QUEUES, Set.of("a", "c")).brokerName()).isEqualTo("b");
        }
    }

    @Test
    void leavesABrokerOutThatFailed() {
        health.failed("b:1", Reason.WORK);

        assertThat(counts(60)).doesNotContainKey("b").hasSize(2);
    }

    @Test
    void whoeverIsLeftSharesTheWorkEvenly() {
        health.failed("b:1", Reason.WORK);

        assertThat(counts(60)).isEqualTo(Map.of("a", 30, "c", 30));
    }

    @Test
    void sendsNothingToABrokerThatIsCutOffAndOneMessageOnceItIsBack() {
        health.disconnected("b:1");
        cutOff.add("b:1");
        clock.advance(Duration.ofMinutes(5));
        assertThat(counts(60)).doesNotContainKey("b");

        cutOff.clear();
        health.disconnected("b:1");
        health.back("b:1");
        assertThat(counts(60)).containsEntry("b", 1);
        health.succeeded("b:1");
        assertThat(counts(60)).containsEntry("b", 20);
    }

    @Test
    void aBrokerThatDoesNotDoItsWorkIsNotTakenBackForItsConnection() {
        health.failed("b:1", Reason.WORK);
        health.disconnected("b:1");
        health.back("b:1");
        assertThat(counts(60)).doesNotContainKey("b");

        health.retain(Set.of("a:1", "c:1"));
        assertThat(counts(60)).as("it has left the routes and come again").containsEntry("b", 20);
    }

    @Test
    void aBrokerThatIsAnotherThanBeforeIsTriedAtOnceAndItsFailuresCountAnew() {
        for (int seconds : new int[] {1, 2, 4, 8, 16}) {
            health.failed("b:1", Reason.WORK);
            clock.advance(Duration.ofSeconds(seconds));
            assertThat(counts(60)).containsEntry("b", 1);
        }
        health.failed("b:1", Reason.WORK);
        assertThat(counts(60)).doesNotContainKey("b");

        health.renewed("b:1");
        assertThat(counts(60)).containsEntry("b", 1);
        health.failed("b:1", Reason.WORK);
        assertThat(counts(60)).doesNotContainKey("b");
        clock.advance(Duration.ofSeconds(1));
        assertThat(counts(60)).containsEntry("b", 1);
        health.succeeded("b:1");
        assertThat(counts(60)).containsEntry("b", 20);
    }

    @Test
    void triesAFailedBrokerRatherThanOneThatThisSendHasTried() {
        health.failed("b:1", Reason.WORK);

        assertThat(selector.select(QUEUES, Set.of("a", "c")).brokerName()).isEqualTo("b");
    }

    @Test
    void neverLeavesAllOut() {
        List.of("a:1", "b:1", "c:1").forEach(address -> health.failed(address, Reason.WORK));

        assertThat(counts(12)).hasSize(3);
    }

    @Test
    void letsOneSendTryAFailedBrokerWhenItsTimeIsOver() {
        health.failed("b:1", Reason.WORK);
        clock.advance(Duration.ofSeconds(1));

        assertThat(counts(60)).containsEntry("b", 1);
        health.succeeded("b:1");
        assertThat(counts(60)).containsEntry("b", 20);
    }

    @Test
    void leavesABrokerOutForLongerWithEachFailure() {
        for (int seconds : new int[] {1, 2, 4, 8, 16, 30, 30}) {
            health.failed("b:1", Reason.WORK);
            clock.advance(Duration.ofSeconds(seconds).minusMillis(1));
            assertThat(counts(6)).as("within %d s", seconds).doesNotContainKey("b");
            clock.advance(Duration.ofMillis(1));
            assertThat(counts(60)).as("after %d s", seconds).containsEntry("b", 1);
        }
    }

    @Test
    void countsFailuresOfSendsThatWereUnderWayAsOne() {
        IntStream.range(0, 100).forEach(i -> health.failed("b:1", Reason.WORK));
        clock.advance(Duration.ofSeconds(1));

        assertThat(counts(60)).containsEntry("b", 1);
    }

    @Test
    void findsOnlyWritableQueuesOfMasters() {
        TopicRoute route = new TopicRoute(
                List.of(
                        new BrokerAddresses("c", "a", Map.of(0L, "a:1", 1L, "a:2")),
                        new BrokerAddresses("c", "slaveOnly", Map.of(1L, "s:1")),
                        new BrokerAddresses("c", "readOnly", Map.of(0L, "r:1"))),
                List.of(
                        new QueueAccess("a", 8, 2, Permission.READ_WRITE, 0),
                        new QueueAccess("slaveOnly", 8, 8, Permission.READ_WRITE, 0),
                        new QueueAccess("readOnly", 8, 8, Permission.READ, 0),
                        new QueueAccess("unknown", 8, 8, Permission.READ_WRITE, 0)));

        assertThat(TargetQueue.of(new PublishRoute(route, false), 4))
                .containsExactly(new TargetQueue("a", "a:1", 0), new TargetQueue("a", "a:1", 1));
        assertThat(TargetQueue.of(new PublishRoute(route, true), 4)).hasSize(4);
        assertThat(TargetQueue.of(new PublishRoute(route, true), 16)).hasSize(8);
    }
}
