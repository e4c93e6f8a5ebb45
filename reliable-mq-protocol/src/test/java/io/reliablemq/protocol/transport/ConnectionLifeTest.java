package io.reliablemq.protocol.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.netty.util.concurrent.EventExecutor;
import io.reliablemq.protocol.command.Body;
import io.reliablemq.protocol.command.Command;
import io.reliablemq.protocol.command.ResponseCode;
import io.reliablemq.protocol.transport.TransportException.Kind;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(LeakWatch.class)
@Timeout(60)
class ConnectionLifeTest {

    private static final Command PING = Command.request(1, Map.of());

    private static Kind kindOf(CompletableFuture<?> future) throws Exception {
        try {
            future.get(20, TimeUnit.SECONDS);
            throw new AssertionError("did not fail");
        } catch (ExecutionException e) {
            assertThat(e.getCause()).isInstanceOf(TransportException.class);
            return ((TransportException) e.getCause()).kind();
        }
    }

    /** Below the range from which Linux gives ports to outgoing connections, so that none takes it before it is used. */
    private static int freePort() throws IOException {
        for (int attempt = 1; ; attempt++) {
            try (ServerSocket socket =
                    new ServerSocket(ThreadLocalRandom.current().nextInt(12_000, 32_000))) {
                return socket.getLocalPort();
            } catch (BindException taken) {
                if (attempt == 100) {
                    throw taken;
                }
            }
        }
    }

    @Test
    void connectionsBeyondTheBoundAreClosedAndTheOthersGoOn() throws Exception {
        RequestHandler handler = (request, reply) -> reply.send(Command.success());
        try (Endpoints ends =
                        new Endpoints(Endpoints.settings().maxConnections(1).build(), handler);
                Socket first = ends.rawSocket()) {
            await().until(() -> ends.server.connections().size() == 1);
            try (Socket second = ends.rawSocket()) {
                assertThat(second.getInputStream().read()).isEqualTo(-1);
            }
            assertThat(first.isConnected()).isTrue();
            assertThat(ends.server.connections()).hasSize(1);
        }
    }

    @Test
    void anUnansweredRequestTimesOutOnAnEventLoopWhileOthersGoOn() throws Exception {
        List<Reply> late = new ArrayList<>();
        RequestHandler handler = (request, reply) -> {
            if (request.code() == 1) {
                reply.send(Command.success());
            } else {
                late.add(reply);
            }
        };
        try (Endpoints ends = Endpoints.with(handler)) {
            CompletableFuture<String> failedOn = new CompletableFuture<>();
            // Connected before, so that the time-out starts with the connection open.
            assertThat(ends.ask(PING).isSuccess()).isTrue();
            long start = System.nanoTime();
            CompletableFuture<Command> answer =
                    ends.client.invoke(ends.address, Command.request(2, Map.of()), Duration.ofMillis(400));
            answer.whenComplete(
                    (a, e) -> failedOn.complete(Thread.currentThread().getName()));
            CompletableFuture<Command> longer =
                    ends.client.invoke(ends.address, Command.request(2, Map.of()), Duration.ofMillis(600));
            assertThat(ends.ask(PING).isSuccess()).isTrue();

            // Asked first: a thread that waits for the future itself may run its actions.
            assertThat(failedOn.get(20, TimeUnit.SECONDS)).startsWith("rmq-io-");
            assertThat(kindOf(answer)).isEqualTo(Kind.TIMED_OUT);
            assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(TimeUnit.MILLISECONDS.toNanos(400));
            assertThat(kindOf(longer)).isEqualTo(Kind.TIMED_OUT);

            // The answer that comes too late is dropped, the connection lives on.
            late.forEach(reply -> reply.send(Command.success(Map.of(), reply.allocate(10_000))));
            assertThat(ends.ask(PING).isSuccess()).isTrue();
            assertThat(ends.server.connections()).hasSize(1);
        }
    }

    @Test
    void requestsInFlightFailAtOnceWhenTheConnectionCloses() throws Exception {
        CountDownLatch taken = new CountDownLatch(100);
        List<Reply> parked = new ArrayList<>();
        RequestHandler handler = (request, reply) -> {
            parked.add(reply);
            taken.countDown();
        };
        try (Endpoints ends = Endpoints.with(handler)) {
            List<CompletableFuture<Command>> answers = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                answers.add(ends.client.invoke(ends.address, PING, Duration.ofMinutes(10)));
            }
            assertThat(taken.await(20, TimeUnit.SECONDS)).isTrue();
            CompletableFuture<String> closedOn = new CompletableFuture<>();
            ends.client
                    .connection(ends.address)
                    .get()
                    .onClose(() -> closedOn.complete(Thread.currentThread().getName()));

            ends.server.connections().forEach(Connection::close);

            for (CompletableFuture<Command> answer : answers) {
                assertThat(kindOf(answer)).isEqualTo(Kind.CONNECTION_CLOSED);
            }
            assertThat(closedOn.get(20, TimeUnit.SECONDS)).startsWith("rmq-io-");
            // Answers to a connection that is gone give their memory back.
            for (Reply reply : parked) {
                reply.send(Command.success(Map.of(), reply.allocate(10_000)));
            }
        }
    }

    @Test
    void aClosedConnectionIsOpenedAgainByTheNextRequest() throws Exception {
        try (Endpoints ends = Endpoints.with((request, reply) -> reply.send(Command.success()))) {
            assertThat(ends.ask(PING).isSuccess()).isTrue();
            Connection first = ends.client.connection(ends.address).get();
            first.close();
            await().until(() -> !first.isOpen());

            assertThat(ends.ask(PING).isSuccess()).isTrue();
            assertThat(ends.client.connection(ends.address).get()).isNotSameAs(first);
            assertThat(kindOf(first.invoke(PING, Endpoints.TIMEOUT))).isEqualTo(Kind.CONNECTION_CLOSED);
            CompletableFuture<Boolean> told = new CompletableFuture<>();
            first.onClose(() -> told.complete(true));
            assertThat(told.get(20, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void failureToConnectNamesTheAddressAndTheNextRequestTriesAgain() throws Exception {
        int port = freePort();
        try (EventLoops loops = EventLoops.create("rmq-io", 1);
                RemotingClient client = new RemotingClient(loops, TransportSettings.defaults(), (q, r) -> {});
                RemotingServer server = new RemotingServer(
                        loops, TransportSettings.defaults(), (request, reply) -> reply.send(Command.success()))) {
            CompletableFuture<Command> refused = client.invoke("127.0.0.1:" + port, PING, Endpoints.TIMEOUT);
            assertThat(kindOf(refused)).isEqualTo(Kind.CONNECT_FAILED);
            assertThatThrownBy(refused::join).hasMessageContaining("127.0.0.1:" + port);
            assertThat(kindOf(client.sendOneWay("127.0.0.1:" + port, PING))).isEqualTo(Kind.CONNECT_FAILED);

            server.start(new InetSocketAddress("127.0.0.1", port));
            // A host name this time, which is looked up on another thread.
            assertThat(client.invoke("localhost:" + port, PING, Endpoints.TIMEOUT)
                            .get(20, TimeUnit.SECONDS)
                            .isSuccess())
                    .isTrue();
            assertThat(client.invoke("127.0.0.1:" + port, PING, Endpoints.TIMEOUT)
                            .get(20, TimeUnit.SECONDS)
                            .isSuccess())
                    .isTrue();
        }
    }

    @Test
    void addressesThatAreNoneFailAsSuch() throws Exception {
        try (Endpoints ends = Endpoints.with((request, reply) -> reply.send(Command.success()))) {
            for (String address : List.of("nonsense", "host:", "host:port", ":1", "1.2.3.4:70000", "")) {
                CompletableFuture<Command> answer = ends.client.invoke(address, PING, Endpoints.TIMEOUT);
                assertThat(kindOf(answer)).isEqualTo(Kind.CONNECT_FAILED);
                assertThatThrownBy(answer::join).hasMessageContaining("'" + address + "'");
            }
        }
    }

    @Test
    void aClosedClientRefusesFurtherRequests() throws Exception {
        try (Endpoints ends = Endpoints.with((request, reply) -> reply.send(Command.success()))) {
            assertThat(ends.ask(PING).isSuccess()).isTrue();
            ends.client.close();
            assertThat(kindOf(ends.client.invoke(ends.address, PING, Endpoints.TIMEOUT)))
                    .isEqualTo(Kind.CONNECT_FAILED);
            await().until(() -> ends.server.connections().isEmpty());
        }
    }

    @Test
    void aTakenPortIsNamed() throws Exception {
        try (Endpoints ends = Endpoints.with((request, reply) -> {});
                RemotingServer second = new RemotingServer(ends.loops, TransportSettings.defaults(), (q, r) -> {})) {
            assertThatThrownBy(() -> second.start(ends.bound))
                    .isInstanceOf(BindException.class)
                    .hasMessageContaining("127.0.0.1:" + ends.bound.getPort());
        }
    }

    @Test
    void anIdleConnectionIsClosedAndABusyOneIsNot() throws Exception {
        TransportSettings settings =
                Endpoints.settings().idleTimeout(Duration.ofSeconds(2)).build();
        try (Endpoints ends = new Endpoints(settings, (request, reply) -> reply.send(Command.success()));
                Socket idle = ends.rawSocket()) {
            Connection busy = ends.client.connection(ends.address).get(20, TimeUnit.SECONDS);
            CountDownLatch idleClosed = new CountDownLatch(1);
            await().until(() -> ends.server.connections().size() == 2);
            for (Connection connection : ends.server.connections()) {
                if (connection.remoteAddress().getPort() == idle.getLocalPort()) {
                    connection.onClose(idleClosed::countDown);
                }
            }
            long start = System.nanoTime();
            while (!idleClosed.await(50, TimeUnit.MILLISECONDS)) {
                assertThat(busy.invoke(PING, Endpoints.TIMEOUT).get().isSuccess())
                        .isTrue();
                assertThat(System.nanoTime() - start).isLessThan(TimeUnit.SECONDS.toNanos(20));
            }
            assertThat(idle.getInputStream().read()).isEqualTo(-1);
            assertThat(busy.isOpen()).isTrue();
            await().until(() -> !busy.isOpen());
        }
    }

    @Test
    void goAwayIsFollowedOnceByANewConnectionWhileTheOldOneFinishes() throws Exception {
        BlockingQueue<Reply> slow = new LinkedBlockingQueue<>();
        AtomicInteger told = new AtomicInteger();
        RequestHandler handler = (request, reply) -> {
            if (request.code() == 2) {
                slow.add(reply);
            } else if (told.getAndIncrement() == 0) {
                reply.send(Command.failure(ResponseCode.GO_AWAY, "shutting down"));
            } else {
                reply.send(Command.success(request.fields(), request.body()));
            }
        };
        try (Endpoints ends = Endpoints.with(handler)) {
            Connection old = ends.client.connection(ends.address).get(20, TimeUnit.SECONDS);
            CompletableFuture<Command> pending =
                    ends.client.invoke(ends.address, Command.request(2, Map.of()), Endpoints.TIMEOUT);
            Reply pendingReply = slow.poll(20, TimeUnit.SECONDS);

            Command answer = ends.ask(Command.request(1, Map.of("a", "b"), Body.ofUtf8("again")));

            assertThat(answer.isSuccess()).isTrue();
            assertThat(answer.fields()).containsEntry("a", "b");
            assertThat(answer.body().toByteArray()).isEqualTo("again".getBytes());
            assertThat(ends.client.connection(ends.address).get()).isNotSameAs(old);
            assertThat(old.isOpen()).isTrue();

            pendingReply.send(Command.success());
            assertThat(pending.get(20, TimeUnit.SECONDS).isSuccess()).isTrue();
            await().until(() -> !old.isOpen());
        }
    }

    @Test
    void aSecondGoAwayIsTheAnswer() throws Exception {
        AtomicInteger asked = new AtomicInteger();
        RequestHandler handler = (request, reply) -> {
            asked.incrementAndGet();
            reply.send(Command.failure(ResponseCode.GO_AWAY, "shutting down"));
        };
        try (Endpoints ends = Endpoints.with(handler)) {
            assertThat(ends.ask(PING).code()).isEqualTo(ResponseCode.GO_AWAY);
            assertThat(asked).hasValue(2);
        }
    }

    @Test
    void closingTheServerWaitsForAnswersInFlight() throws Exception {
        BlockingQueue<Reply> parked = new LinkedBlockingQueue<>();
        try (Endpoints ends = Endpoints.with((request, reply) -> parked.add(reply))) {
            List<CompletableFuture<Command>> answers = new ArrayList<>();
            for (int i = 0; i < 50; i++) {
                answers.add(ends.client.invoke(ends.address, PING, Endpoints.TIMEOUT));
            }
            List<Reply> replies = new ArrayList<>();
            for (int i = 0; i < 50; i++) {
                replies.add(parked.poll(20, TimeUnit.SECONDS));
            }
            Thread closing = new Thread(ends.server::close);
            closing.start();
            await().until(() -> !accepts(ends.bound));
            replies.forEach(reply -> reply.send(Command.success(Map.of(), reply.allocate(20_000))));

            for (CompletableFuture<Command> answer : answers) {
                assertThat(answer.get(20, TimeUnit.SECONDS).body().size()).isEqualTo(20_000);
            }
            closing.join(20_000);
            assertThat(closing.isAlive()).isFalse();
            assertThat(ends.server.connections()).isEmpty();
        }
    }

    private static boolean accepts(InetSocketAddress address) {
        try (Socket socket = new Socket()) {
            socket.connect(address);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    @Test
    void closingTheServerTakesLessThanASecondWhateverPeersDo() throws Exception {
        Endpoints ends = Endpoints.with((request, reply) -> {});
        try (Socket silent = ends.rawSocket()) {
            silent.getOutputStream().write(Frames.request(1, 1, new byte[0]));
            CompletableFuture<Command> unanswered = ends.client.invoke(ends.address, PING, Endpoints.TIMEOUT);
            await().until(() -> ends.server.connections().size() == 2);
            long start = System.nanoTime();
            ends.server.close();
            assertThat(System.nanoTime() - start).isLessThan(TimeUnit.SECONDS.toNanos(1));
            assertThat(kindOf(unanswered)).isEqualTo(Kind.CONNECTION_CLOSED);
            assertThat(new DataInputStream(silent.getInputStream()).read()).isEqualTo(-1);
        } finally {
            ends.close();
        }
    }

    @Test
    void aClosedServerHasLeftItsPort() throws Exception {
        try (EventLoops loops = EventLoops.create("rmq-io", 2);
                RemotingServer first = new RemotingServer(loops, TransportSettings.defaults(), (q, r) -> {});
                RemotingServer second = new RemotingServer(loops, TransportSettings.defaults(), (q, r) -> {})) {
            EventExecutor accepting = loops.group().iterator().next();
            InetSocketAddress bound = first.start(new InetSocketAddress("127.0.0.1", freePort()));
            // Busy before and after it closes the channel, as on a machine with much to do: the system closes the
            // socket only when the loop selects again. The second server is bound by the other loop.
            CompletableFuture<Void> before =
                    new CompletableFuture<Void>().completeOnTimeout(null, 100, TimeUnit.MILLISECONDS);
            CompletableFuture<Void> after =
                    new CompletableFuture<Void>().completeOnTimeout(null, 300, TimeUnit.MILLISECONDS);
            accepting.execute(() -> {
                before.join();
                // Behind the closing, which was asked for meanwhile.
                accepting.execute(after::join);
            });

            first.close();

            assertThat(second.start(bound)).isEqualTo(bound);
        }
    }

    @Test
    void actionsOfAConnectionRunOnItsEventLoopInOrder() throws Exception {
        try (Endpoints ends = Endpoints.with((request, reply) -> reply.send(Command.success()))) {
            Connection connection = ends.client.connection(ends.address).get(20, TimeUnit.SECONDS);
            List<Integer> ran = new ArrayList<>();
            CompletableFuture<String> thread = new CompletableFuture<>();
            connection.execute(() -> {
                throw new IllegalStateException("survived");
            });
            for (int i = 0; i < 100; i++) {
                int n = i;
                connection.execute(() -> ran.add(n));
            }
            connection.execute(() -> thread.complete(Thread.currentThread().getName()));
            assertThat(thread.get(20, TimeUnit.SECONDS)).startsWith("rmq-io-");
            assertThat(ran).hasSize(100).isSorted();
        }
    }

    @Test
    void whatIsAskedAfterTheEventLoopsEndedFailsAndNothingThrows() throws Exception {
        EventLoops loops = EventLoops.create("ended-io", 2);
        try (Endpoints ends = Endpoints.with((request, reply) -> reply.send(Command.success()));
                RemotingClient client =
                        new RemotingClient(loops, Endpoints.settings().build(), (request, reply) -> {});
                RemotingClient fresh =
                        new RemotingClient(loops, Endpoints.settings().build(), (request, reply) -> {})) {
            assertThat(client.invoke(ends.address, PING, Endpoints.TIMEOUT)
                            .get(20, TimeUnit.SECONDS)
                            .isSuccess())
                    .isTrue();
            Connection connection = client.connection(ends.address).get(20, TimeUnit.SECONDS);

            loops.close();

            for (RemotingClient one : List.of(client, fresh)) {
                assertThat(kindOf(one.invoke(ends.address, PING, Endpoints.TIMEOUT)))
                        .isIn(Kind.CONNECT_FAILED, Kind.CONNECTION_CLOSED);
                assertThat(kindOf(one.sendOneWay(ends.address, PING)))
                        .isIn(Kind.CONNECT_FAILED, Kind.CONNECTION_CLOSED);
                assertThat(kindOf(one.connection(ends.address))).isIn(Kind.CONNECT_FAILED, Kind.CONNECTION_CLOSED);
                assertThat(kindOf(one.invoke("localhost:1", PING, Endpoints.TIMEOUT)))
                        .isIn(Kind.CONNECT_FAILED, Kind.CONNECTION_CLOSED);
            }
            assertThat(kindOf(connection.invoke(PING, Endpoints.TIMEOUT))).isEqualTo(Kind.CONNECTION_CLOSED);
            CountDownLatch told = new CountDownLatch(1);
            connection.onClose(told::countDown);
            assertThat(told.await(20, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void closingTheClientFailsConnectionsThatAreStillOpening() throws Exception {
        try (Endpoints ends = Endpoints.with((request, reply) -> reply.send(Command.success()));
                ServerSocket full = new ServerSocket(0, 1)) {
            String address = "127.0.0.1:" + full.getLocalPort();
            List<Socket> fillers = new ArrayList<>();
            try {
                // Nobody accepts, so that sooner or later a connection is not answered any more.
                for (int i = 0; i < 4; i++) {
                    Socket filler = new Socket();
                    fillers.add(filler);
                    filler.connect(full.getLocalSocketAddress(), 200);
                }
            } catch (java.net.SocketTimeoutException e) {
                // The queue is full now.
            }
            CompletableFuture<Connection> opening = ends.client.connection(address);

            ends.client.close();

            assertThat(opening).isDone();
            assertThat(kindOf(opening)).isEqualTo(Kind.CONNECT_FAILED);
            for (Socket filler : fillers) {
                filler.close();
            }
        }
    }

    @Test
    void aConnectionWhoseOtherSideIsGoneWithoutAWordIsReplaced() throws Exception {
        TransportSettings settings =
                Endpoints.settings().idleTimeout(Duration.ofSeconds(4)).build();
        try (Endpoints ends = new Endpoints(settings, (request, reply) -> reply.send(Command.success()));
                ServerSocket listening = new ServerSocket(0)) {
            String address = "127.0.0.1:" + listening.getLocalPort();
            Connection dead = ends.client.connection(address).get(20, TimeUnit.SECONDS);
            // Accepted, but nothing is read or answered, and no end is ever sent.
            try (Socket silent = listening.accept()) {
                assertThat(kindOf(ends.client.invoke(address, PING, Duration.ofMillis(300))))
                        .isEqualTo(Kind.TIMED_OUT);
                assertThat(dead.isOpen()).as("after a single request in vain").isTrue();

                assertThat(kindOf(ends.client.invoke(address, PING, Duration.ofMillis(1_200))))
                        .isEqualTo(Kind.TIMED_OUT);

                // Much sooner than four idle seconds after the last request.
                await().atMost(Duration.ofSeconds(2)).until(() -> !dead.isOpen());
                ends.client.invoke(address, PING, Duration.ofMillis(300));
                try (Socket next = listening.accept()) {
                    assertThat(next.getPort()).isNotEqualTo(silent.getPort());
                }
            }
        }
    }
}
