package io.reliablemq.client.route;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.reliablemq.client.agent.TaskLoop;
import io.reliablemq.client.api.ClientSettings;
import io.reliablemq.client.testing.ManualClock;
import io.reliablemq.client.testing.Routes;
import io.reliablemq.protocol.body.Heartbeat;
import io.reliablemq.protocol.body.JsonBodies;
import io.reliablemq.protocol.command.Command;
import io.reliablemq.protocol.command.RequestCode;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class HeartbeatsTest {

    private final ManualClock clock = new ManualClock();
    private final TaskLoop loop = new TaskLoop(clock, (where, error) -> {
        throw new AssertionError(error);
    });
    private final List<Integer> sent = new CopyOnWriteArrayList<>();
    private final CountDownLatch atTheDoor = new CountDownLatch(1);
    private volatile Thread leaving;

    /** Holds a heartbeat that was composed until whoever leaves has been served, or waits for it. */
    private final Remote remote = new Remote() {
        @Override
        public CompletableFuture<Command> invoke(String address, Command request, Duration timeout) {
            if (request.code() == RequestCode.GET_ROUTE_BY_TOPIC) {
                return CompletableFuture.completedFuture(
                        Command.success(Map.of(), JsonBodies.write(Routes.route(1, Map.of("a", "a:1")))));
            }
            if (request.code() == RequestCode.HEART_BEAT) {
                atTheDoor.countDown();
                await().until(() -> leaving != null
                        && Set.of(Thread.State.BLOCKED, Thread.State.WAITING, Thread.State.TERMINATED)
                                .contains(leaving.getState()));
            }
            sent.add(request.code());
            return CompletableFuture.completedFuture(Command.success());
        }

        @Override
        public CompletableFuture<Void> sendOneWay(String address, Command request) {
            throw new AssertionError("not expected");
        }
    };

    @Test
    void noHeartbeatThatStillNamesAGroupOvertakesItsLeaving() throws Exception {
        ClientSettings settings = ClientSettings.of("n:1");
        RouteTable routes = new RouteTable(settings, remote, loop, clock);
        routes.await("T");
        loop.doWork();
        assertThat(routes.brokerAddresses(true)).containsExactly("a:1");
        Heartbeats heartbeats = new Heartbeats("me", settings, routes, remote, loop);
        heartbeats.addProducer("p");
        heartbeats.addConsumer(
                new Heartbeat.ConsumerEntry("g", "CONSUME_PASSIVELY", "CLUSTERING", "X", List.of(), false));

        Thread beating = new Thread(() -> heartbeats.sendTo("a:1"));
        beating.start();
        atTheDoor.await();
        leaving = new Thread(() -> heartbeats.removeConsumer("g").join());
        leaving.start();
        beating.join();
        leaving.join();

        assertThat(sent).containsExactly(RequestCode.HEART_BEAT, RequestCode.UNREGISTER_CLIENT);
    }
}
