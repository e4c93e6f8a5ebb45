package io.reliablemq.protocol.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.reliablemq.protocol.command.Body;
import io.reliablemq.protocol.command.Command;
import io.reliablemq.protocol.header.MalformedHeaderException;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(LeakWatch.class)
@Timeout(60)
class RoundTripTest {

    private static void echo(Command request, Reply reply) {
        Body body = reply.allocate(request.body().size());
        body.buffer().put(request.body().buffer());
        reply.send(Command.success(request.fields(), body));
    }

    private static Command request(String text) {
        return Command.request(10, Map.of("text", text), Body.ofUtf8(text));
    }

    @Test
    void answersCarryFieldsAndBody() throws Exception {
        try (Endpoints ends = Endpoints.with(RoundTripTest::echo)) {
            Command answer = ends.ask(
                    Command.request(10, Map.of("topic", "Größe \u0001 \" \\ 𝄞", "n", "1"), Body.ofUtf8("hello")));

            assertThat(answer.isSuccess()).isTrue();
            assertThat(answer.isResponse()).isTrue();
            assertThat(answer.version()).isEqualTo(Command.VERSION);
            assertThat(answer.fields())
                    .containsExactlyInAnyOrderEntriesOf(Map.of("topic", "Größe \u0001 \" \\ 𝄞", "n", "1"));
            assertThat(answer.body().toByteArray()).isEqualTo("hello".getBytes(StandardCharsets.UTF_8));
        }
    }

    @Test
    void bodiesOfEverySizeArriveWhole() throws Exception {
        try (Endpoints ends = Endpoints.with(RoundTripTest::echo)) {
            for (int size : new int[] {0, 1, 4095, 4096, 4097, 32 * 1024, 1024 * 1024, 15 * 1024 * 1024}) {
                byte[] body = new byte[size];
                Arrays.fill(body, (byte) size);
                if (size > 0) {
                    body[size - 1] = 42;
                }
                assertThat(ends.ask(Command.request(1, Map.of(), Body.of(body)))
                                .body()
                                .toByteArray())
                        .isEqualTo(body);
            }
        }
    }

    @Test
    void tenThousandPipelinedRequestsAreAnsweredEachWithItsOwn() {
        try (Endpoints ends = Endpoints.with(RoundTripTest::echo)) {
            List<CompletableFuture<Command>> answers = new ArrayList<>();
            for (int i = 0; i < 10_000; i++) {
                answers.add(ends.client.invoke(ends.address, request("body " + i), Endpoints.TIMEOUT));
            }
            for (int i = 0; i < answers.size(); i++) {
                Command answer = answers.get(i).orTimeout(20, TimeUnit.SECONDS).join();
                assertThat(new String(answer.body().toByteArray(), StandardCharsets.UTF_8))
                        .isEqualTo("body " + i);
            }
            assertThat(ends.server.connections()).hasSize(1);
        }
    }

    @Test
    void answersGivenByOtherThreadsInReverseOrderFindTheirRequests() throws Exception {
        List<Runnable> answers = new ArrayList<>();
        CountDownLatch taken = new CountDownLatch(1000);
        RequestHandler handler = (request, reply) -> {
            synchronized (answers) {
                answers.add(() -> echo(request, reply));
            }
            taken.countDown();
        };
        ExecutorService others = Executors.newFixedThreadPool(4);
        try (Endpoints ends = Endpoints.with(handler)) {
            List<CompletableFuture<Command>> futures = new ArrayList<>();
            for (int i = 0; i < 1000; i++) {
                futures.add(ends.client.invoke(ends.address, request("r" + i), Endpoints.TIMEOUT));
            }
            assertThat(taken.await(20, TimeUnit.SECONDS)).isTrue();
            List<Future<?>> given = new ArrayList<>();
            for (int i = answers.size() - 1; i >= 0; i--) {
                given.add(others.submit(answers.get(i)));
            }
            for (Future<?> one : given) {
                one.get();
            }
            for (int i = 0; i < futures.size(); i++) {
                assertThat(futures.get(i).get(20, TimeUnit.SECONDS).fields()).containsEntry("text", "r" + i);
            }
        } finally {
            others.shutdown();
        }
    }

    @Test
    void concurrentFirstRequestsShareOneConnection() throws Exception {
        ExecutorService callers = Executors.newFixedThreadPool(8);
        try (Endpoints ends = Endpoints.with(RoundTripTest::echo)) {
            List<Future<Command>> answers = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                answers.add(callers.submit(() -> ends.ask(request("x"))));
            }
            for (Future<Command> answer : answers) {
                assertThat(answer.get().isSuccess()).isTrue();
            }
            assertThat(ends.server.connections()).hasSize(1);
        } finally {
            callers.shutdown();
        }
    }

    @Test
    void actionIsPutOffOnceForAllRequestsThatWereReadTogether() throws Exception {
        List<String> order = Collections.synchronizedList(new ArrayList<>());
        Runnable action = () -> order.add("action");
        RequestHandler handler = (request, reply) -> {
            order.add("request");
            reply.connection().afterRead(action);
            reply.send(Command.success());
        };
        try (Endpoints ends = Endpoints.with(handler);
                Socket socket = ends.rawSocket()) {
            socket.getOutputStream().write(requests(3));
            Frames.readHeader(new DataInputStream(socket.getInputStream()));

            assertThat(order).containsExactly("request", "request", "request", "action");
        }
    }

    @Test
    void actionThatWasPutOffIsNotForgottenWhenWhatFollowsIsNoRequest() throws Exception {
        CountDownLatch done = new CountDownLatch(1);
        Runnable action = done::countDown;
        try (Endpoints ends =
                        Endpoints.with((request, reply) -> reply.connection().afterRead(action));
                Socket socket = ends.rawSocket()) {
            byte[] broken = {0, 0, 0, 8, 99, 0, 0, 4, 0, 0, 0, 0};
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            bytes.write(requests(1));
            bytes.write(broken);
            socket.getOutputStream().write(bytes.toByteArray());

            assertThat(done.await(20, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void nothingIsPutOffOutsideOfARequest() throws Exception {
        LinkedBlockingQueue<Connection> connections = new LinkedBlockingQueue<>();
        RequestHandler handler = (request, reply) -> {
            connections.add(reply.connection());
            reply.send(Command.success());
        };
        try (Endpoints ends = Endpoints.with(handler)) {
            ends.ask(request("hello"));
            AtomicReference<Thread> ranOn = new AtomicReference<>();

            connections.take().afterRead(() -> ranOn.set(Thread.currentThread()));

            assertThat(ranOn).hasValue(Thread.currentThread());
        }
    }

    private static byte[] requests(int count) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (int i = 0; i < count; i++) {
            bytes.writeBytes(Frames.request(10, i, new byte[10]));
        }
        return bytes.toByteArray();
    }

    @Test
    void oneWayRequestsArriveInOrderAndAreNeverAnswered() throws Exception {
        LinkedBlockingQueue<String> received = new LinkedBlockingQueue<>();
        RequestHandler handler = (request, reply) -> {
            received.add(String.valueOf(request.fields().get("text")));
            assertThat(request.isOneWay()).isTrue();
            echo(request, reply);
        };
        try (Endpoints ends = Endpoints.with(handler)) {
            for (int i = 0; i < 100; i++) {
                ends.client.sendOneWay(ends.address, request("n" + i)).get(20, TimeUnit.SECONDS);
            }
            for (int i = 0; i < 100; i++) {
                assertThat(received.poll(20, TimeUnit.SECONDS)).isEqualTo("n" + i);
            }
        }
    }

    @Test
    void aOneWayRequestThatFailsIsNotAnsweredEither() throws Exception {
        RequestHandler handler = (request, reply) -> {
            if (request.isOneWay()) {
                throw new IllegalArgumentException("no");
            }
            echo(request, reply);
        };
        try (Endpoints ends = Endpoints.with(handler);
                Socket socket = ends.rawSocket()) {
            socket.getOutputStream().write(Frames.frame("{\"code\":1,\"flag\":2,\"opaque\":1}", new byte[0]));
            socket.getOutputStream().write(Frames.request(1, 2, new byte[0]));

            assertThat(Frames.readHeader(new DataInputStream(socket.getInputStream())))
                    .contains("\"opaque\":2,");
        }
    }

    @Test
    void serverAsksItsClientOnTheSameConnection() throws Exception {
        RequestHandler handler = (request, reply) -> reply.connection()
                .invoke(Command.request(40, Map.of("group", "g")), Endpoints.TIMEOUT)
                .whenComplete((answer, failure) -> reply.send(Command.success(answer.fields())));
        RequestHandler clientSide =
                (request, reply) -> reply.send(Command.success(Map.of("code", "" + request.code(), "seen", "yes")));
        try (Endpoints ends = new Endpoints(Endpoints.settings().build(), handler, clientSide)) {
            assertThat(ends.ask(request("x")).fields())
                    .containsExactlyInAnyOrderEntriesOf(Map.of("code", "40", "seen", "yes"));
        }
    }

    @Test
    void failuresOfHandlersAreAnswered() throws Exception {
        RequestHandler handler = (request, reply) -> {
            switch (request.code()) {
                case 1 -> throw new MalformedHeaderException("The header field 'topic' is missing");
                case 2 -> throw new IllegalArgumentException("The topic is empty");
                case 3 -> throw new IOException("disk gone");
                default -> throw new AssertionError("odd");
            }
        };
        try (Endpoints ends = Endpoints.with(handler)) {
            assertThat(ends.ask(Command.request(1, Map.of())))
                    .extracting(Command::code, Command::remark)
                    .containsExactly(1, "The header field 'topic' is missing");
            assertThat(ends.ask(Command.request(2, Map.of())).remark()).isEqualTo("The topic is empty");
            assertThat(ends.ask(Command.request(3, Map.of())).remark()).isEqualTo("IOException: disk gone");
            assertThat(ends.ask(Command.request(4, Map.of())).remark()).isEqualTo("AssertionError: odd");
        }
    }

    @Test
    void secondAnswerIsAnErrorOfTheProgramAndGivesItsMemoryBack() throws Exception {
        CompletableFuture<Throwable> second = new CompletableFuture<>();
        RequestHandler handler = (request, reply) -> {
            reply.send(Command.success());
            try {
                reply.send(Command.success(Map.of(), reply.allocate(100)));
            } catch (IllegalStateException e) {
                second.complete(e);
            }
        };
        try (Endpoints ends = Endpoints.with(handler)) {
            assertThat(ends.ask(request("x")).isSuccess()).isTrue();
            assertThat(second.get(20, TimeUnit.SECONDS)).hasMessageContaining("answered before");
        }
    }

    @Test
    void anAnswerThatFitsIntoNoFrameBecomesAnError() throws Exception {
        RequestHandler handler =
                (request, reply) -> reply.send(Command.success(Map.of(), reply.allocate(request.code())));
        TransportSettings small = Endpoints.settings().maxFrameBytes(10_000).build();
        try (Endpoints ends = new Endpoints(small, handler)) {
            Command answer = ends.ask(Command.request(10_001, Map.of()));

            assertThat(answer.code()).isEqualTo(1);
            assertThat(answer.remark()).contains("10001").contains("at most 10000");
            assertThat(ends.ask(Command.request(9_000, Map.of())).body().size()).isEqualTo(9_000);
        }
    }

    @Test
    void aRequestThatFitsIntoNoFrameFailsAloneAndEarly() throws Exception {
        TransportSettings small = Endpoints.settings().maxFrameBytes(10_000).build();
        try (Endpoints ends = new Endpoints(small, RoundTripTest::echo)) {
            Command large = Command.request(1, Map.of(), Body.of(new byte[10_000]));

            assertThatThrownBy(() -> ends.ask(large))
                    .isInstanceOf(ExecutionException.class)
                    .cause()
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("at most 10000");
            assertThat(ends.ask(request("next")).isSuccess()).isTrue();
        }
    }
}
