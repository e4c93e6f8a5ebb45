package io.reliablemq.protocol.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.reliablemq.protocol.command.Body;
import io.reliablemq.protocol.command.Command;
import io.reliablemq.protocol.transport.TransportException.Kind;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(LeakWatch.class)
@Timeout(60)
class BackPressureTest {

    private static final int ANSWER_BYTES = 256 * 1024;
    private static final int HIGH_WATER = 1024 * 1024;
    private static final int REQUESTS = 2_000;

    private final AtomicInteger handled = new AtomicInteger();

    private void answerLarge(Command request, Reply reply) {
        handled.incrementAndGet();
        int size = request.code() == 11 ? ANSWER_BYTES : 10;
        Body body = reply.allocate(size);
        body.buffer().put(new byte[size]);
        reply.send(Command.success(Map.of(), body));
    }

    private static byte[] pipelined(int requests) throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (int i = 0; i < requests; i++) {
            all.write(Frames.request(11, i, new byte[0]));
        }
        return all.toByteArray();
    }

    @Test
    void aPeerThatDoesNotReadIsNotServedFurtherAndGetsEverythingOnceItReads() throws Exception {
        TransportSettings settings =
                Endpoints.settings().writeHighWater(HIGH_WATER).build();
        try (Endpoints ends = new Endpoints(settings, this::answerLarge);
                Socket slow = ends.rawSocket()) {
            long before = DirectMemory.used();
            slow.getOutputStream().write(pipelined(REQUESTS));

            // The others are served meanwhile, for long enough that the slow one would have been, too.
            for (int i = 0; i < 500; i++) {
                assertThat(ends.ask(Command.request(1, Map.of())).isSuccess()).isTrue();
            }
            int servedSlow = handled.get() - 500;
            // What the mark allows, plus what the operating system takes off our hands.
            assertThat(servedSlow).isLessThan(100);
            assertThat(DirectMemory.used() - before).isLessThan(16L * HIGH_WATER);

            DataInputStream in = new DataInputStream(slow.getInputStream());
            for (int i = 0; i < REQUESTS; i++) {
                assertThat(Frames.readHeader(in)).contains("\"opaque\":" + i + ",");
            }
            assertThat(handled.get()).isEqualTo(REQUESTS + 500);
        }
    }

    @Test
    void aPeerThatNeverReadsAnswersGivenLaterIsDisconnected() throws Exception {
        List<Reply> parked = new ArrayList<>();
        RequestHandler parking = (request, reply) -> {
            synchronized (parked) {
                parked.add(reply);
            }
        };
        TransportSettings settings =
                Endpoints.settings().writeHighWater(HIGH_WATER).build();
        try (LogCapture log = new LogCapture(Outbox.class);
                Endpoints ends = new Endpoints(settings, parking);
                Socket slow = ends.rawSocket()) {
            slow.getOutputStream().write(pipelined(200));
            await().until(() -> {
                synchronized (parked) {
                    return parked.size() == 200;
                }
            });
            Connection connection = parked.get(0).connection();
            // 50 MiB, where 16 MiB are the most that may wait.
            for (Reply reply : parked) {
                Body body = reply.allocate(ANSWER_BYTES);
                reply.send(Command.success(Map.of(), body));
            }
            await().until(() -> !connection.isOpen());
            assertThat(log.warnings()).singleElement().asString().contains("does not read its answers");
        }
    }

    @Test
    void requestsToAPeerThatDoesNotReadWaitAndAreRefusedBeyondTheBound() throws Exception {
        CompletableFuture<Connection> toSilent = new CompletableFuture<>();
        RequestHandler handler = (request, reply) -> {
            toSilent.complete(reply.connection());
            reply.send(Command.success());
        };
        TransportSettings settings =
                Endpoints.settings().writeHighWater(HIGH_WATER).build();
        try (Endpoints ends = new Endpoints(settings, handler);
                Socket silent = ends.rawSocket()) {
            silent.getOutputStream().write(Frames.request(1, 1, new byte[0]));
            Connection connection = toSilent.get(20, TimeUnit.SECONDS);

            List<CompletableFuture<Command>> answers = new ArrayList<>();
            for (int i = 0; i < 200; i++) {
                Command large = Command.request(5, Map.of(), Body.of(new byte[ANSWER_BYTES]));
                answers.add(connection.invoke(large, Duration.ofMillis(700)));
            }
            List<Kind> kinds = new ArrayList<>();
            for (CompletableFuture<Command> answer : answers) {
                kinds.add(kindOf(answer));
            }
            // 8 MiB may wait beyond what the socket takes: the rest is refused at once. None is forgotten.
            assertThat(kinds).contains(Kind.TIMED_OUT, Kind.OVERLOADED).hasSize(200);
            assertThat(kinds.subList(150, 200)).containsOnly(Kind.OVERLOADED);
            // Whoever reads at last gets only what was written before its time was over.
            assertThat(connection.isOpen()).isTrue();
        }
    }

    @Test
    void moreRequestsInFlightThanAllowedAreRefused() throws Exception {
        List<Reply> parked = new ArrayList<>();
        RequestHandler parking = (request, reply) -> {
            synchronized (parked) {
                parked.add(reply);
            }
        };
        TransportSettings settings = Endpoints.settings().maxInFlight(10).build();
        try (Endpoints ends = new Endpoints(settings, parking)) {
            Connection connection = ends.client.connection(ends.address).get(20, TimeUnit.SECONDS);
            List<CompletableFuture<Command>> answers = new ArrayList<>();
            for (int i = 0; i < 10; i++) {
                answers.add(connection.invoke(Command.request(1, Map.of()), Endpoints.TIMEOUT));
            }
            assertThatThrownBy(() -> connection
                            .invoke(Command.request(1, Map.of()), Endpoints.TIMEOUT)
                            .get(20, TimeUnit.SECONDS))
                    .isInstanceOf(ExecutionException.class)
                    .cause()
                    .isInstanceOfSatisfying(
                            TransportException.class, e -> assertThat(e.kind()).isEqualTo(Kind.OVERLOADED));

            await().until(() -> {
                synchronized (parked) {
                    return parked.size() == 10;
                }
            });
            parked.forEach(reply -> reply.send(Command.success()));
            for (CompletableFuture<Command> answer : answers) {
                assertThat(answer.get(20, TimeUnit.SECONDS).isSuccess()).isTrue();
            }
            parked.clear();
            CompletableFuture<Command> next = connection.invoke(Command.request(1, Map.of()), Endpoints.TIMEOUT);
            await().until(() -> {
                synchronized (parked) {
                    return parked.size() == 1;
                }
            });
            parked.get(0).send(Command.success());
            assertThat(next.get(20, TimeUnit.SECONDS).isSuccess()).isTrue();
        }
    }

    @Test
    void answersAreReadWhileTheOtherSideDoesNotReadRequests() throws Exception {
        TransportSettings settings =
                Endpoints.settings().writeHighWater(HIGH_WATER).build();
        try (Endpoints ends = new Endpoints(settings, this::answerLarge);
                ServerSocket listening = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            String address = "127.0.0.1:" + listening.getLocalPort();
            CompletableFuture<Command> first =
                    ends.client.invoke(address, Command.request(1, Map.of()), Endpoints.TIMEOUT);
            try (Socket server = listening.accept()) {
                String header = Frames.readHeader(new DataInputStream(server.getInputStream()));
                String opaque = header.replaceAll(".*\"opaque\":(\\d+).*", "$1");
                List<CompletableFuture<Command>> unread = new ArrayList<>();
                while (unread.size() < 100) {
                    Command large = Command.request(5, Map.of(), Body.of(new byte[ANSWER_BYTES]));
                    unread.add(ends.client.invoke(address, large, Endpoints.TIMEOUT));
                }
                // Refused because nothing can be written any more.
                await().until(() -> unread.stream().anyMatch(CompletableFuture::isCompletedExceptionally));

                server.getOutputStream()
                        .write(Frames.frame(
                                "{\"code\":0,\"flag\":1,\"language\":\"JAVA\",\"opaque\":" + opaque
                                        + ",\"version\":513}",
                                new byte[0]));

                assertThat(first.get(5, TimeUnit.SECONDS).isSuccess()).isTrue();
            }
        }
    }

    private static Kind kindOf(CompletableFuture<Command> answer) throws Exception {
        try {
            answer.get(20, TimeUnit.SECONDS);
            throw new AssertionError("answered by a peer that is silent");
        } catch (ExecutionException e) {
            return ((TransportException) e.getCause()).kind();
        }
    }
}
