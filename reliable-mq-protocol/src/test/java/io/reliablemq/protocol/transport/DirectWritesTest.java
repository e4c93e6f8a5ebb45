package io.reliablemq.protocol.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netty.buffer.ByteBufAllocator;
import io.reliablemq.protocol.codec.PooledBody;
import io.reliablemq.protocol.command.Body;
import io.reliablemq.protocol.command.Command;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(LeakWatch.class)
@Timeout(60)
class DirectWritesTest {

    private static final int SENDERS = 4;
    private static final int FRAMES_OF_EACH = 3_000;

    private final BlockingQueue<Reply> owed = new LinkedBlockingQueue<>();
    private final ExecutorService others = Executors.newFixedThreadPool(SENDERS + 1);

    @AfterEach
    void end() {
        others.shutdownNow();
    }

    private Endpoints parking() {
        return Endpoints.with((request, reply) -> owed.add(reply));
    }

    private Reply reply() throws InterruptedException {
        Reply reply = owed.poll(20, TimeUnit.SECONDS);
        assertThat(reply).isNotNull();
        return reply;
    }

    @Test
    void anAnswerGivenDirectlyNeedsNoEventLoop() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        try (Endpoints ends = parking();
                Socket peer = ends.rawSocket()) {
            peer.getOutputStream().write(Frames.request(1, 7, new byte[0]));
            Reply reply = reply();
            Endpoints.blockLoop(reply.connection(), release);

            reply.sendDirectly(Command.success(Map.of("k", "v"), Body.ofUtf8("text")));

            assertThat(Frames.readHeader(new DataInputStream(peer.getInputStream())))
                    .contains("\"opaque\":7,", "\"k\":\"v\"");
        } finally {
            release.countDown();
        }
    }

    @Test
    void oneGivenDirectlyStaysBehindWhatTheEventLoopHasNotWrittenYet() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        try (Endpoints ends = parking();
                Socket peer = ends.rawSocket()) {
            peer.getOutputStream().write(Frames.request(1, 1, new byte[0]));
            Connection connection = reply().connection();
            Endpoints.blockLoop(connection, release);

            CompletableFuture<Void> first = connection.sendOneWay(oneWay(0, 0, 10));
            CompletableFuture<Void> second = connection.sendOneWayDirectly(oneWay(0, 1, 10));
            assertThat(first).isNotDone();
            assertThat(second).isNotDone();
            release.countDown();

            DataInputStream in = new DataInputStream(peer.getInputStream());
            assertThat(Sent.read(in).number()).isZero();
            assertThat(Sent.read(in).number()).isEqualTo(1);
            second.get(20, TimeUnit.SECONDS);
        } finally {
            release.countDown();
        }
    }

    /** Every third one goes over the event loop. */
    @Test
    void framesOfManyThreadsArriveWholeAndInTheOrderOfEachThread() throws Exception {
        try (Endpoints ends = parking();
                Socket peer = ends.rawSocket()) {
            peer.getOutputStream().write(Frames.request(1, 1, new byte[0]));
            Connection connection = reply().connection();
            List<Future<?>> senders = new ArrayList<>();
            for (int i = 0; i < SENDERS; i++) {
                int sender = i;
                senders.add(others.submit(() -> send(connection, sender)));
            }

            int[] next = new int[SENDERS];
            DataInputStream in = new DataInputStream(peer.getInputStream());
            for (int i = 0; i < SENDERS * FRAMES_OF_EACH; i++) {
                Sent sent = Sent.read(in);
                assertThat(sent.number()).isEqualTo(next[sent.sender()]++);
                assertThat(sent.isWhole()).isTrue();
            }
            for (Future<?> sender : senders) {
                sender.get(20, TimeUnit.SECONDS);
            }
        }
    }

    private static void send(Connection connection, int sender) {
        CompletableFuture<Void> last = CompletableFuture.completedFuture(null);
        for (int i = 0; i < FRAMES_OF_EACH; i++) {
            Command frame = oneWay(sender, i, 1 + i * 7 % 12_000);
            last = i % 3 == 0 ? connection.sendOneWay(frame) : connection.sendOneWayDirectly(frame);
            if (i % 50 == 0) {
                // No more than may wait.
                last.join();
            }
        }
        last.join();
    }

    private static Command oneWay(int sender, int number, int bytes) {
        byte[] filled = new byte[bytes];
        Arrays.fill(filled, (byte) sender);
        Body body = Body.of(filled);
        if (number % 2 == 0) {
            // As the broker sends what it has read from files.
            body = PooledBody.allocate(ByteBufAllocator.DEFAULT, bytes);
            body.buffer().put(filled);
        }
        return Command.request(sender, Map.of("number", Integer.toString(number)), body);
    }

    /** A frame as the peer sees it. */
    private record Sent(int sender, int number, byte[] body) {

        static Sent read(DataInputStream in) throws IOException {
            int length = in.readInt();
            int headerLength = in.readInt();
            String header = new String(in.readNBytes(headerLength), StandardCharsets.UTF_8);
            byte[] body = in.readNBytes(length - 4 - headerLength);
            return new Sent(number(header, "\"code\":"), number(header, "\"number\":\""), body);
        }

        private static int number(String header, String before) {
            int from = header.indexOf(before) + before.length();
            return Integer.parseInt(header.substring(from).split("\\D", 2)[0]);
        }

        boolean isWhole() {
            for (byte each : body) {
                if (each != sender) {
                    return false;
                }
            }
            return body.length == 1 + number * 7 % 12_000;
        }
    }

    @Test
    void theEventLoopGoesOnWithAFrameThatTheSocketTookInPart() throws Exception {
        try (Endpoints ends = parking();
                Socket peer = ends.rawSocket()) {
            peer.getOutputStream().write(Frames.request(1, 1, new byte[0]));
            Connection connection = reply().connection();
            int sent = 0;
            CompletableFuture<Void> last = CompletableFuture.completedFuture(null);
            // The socket is full once one has to wait.
            for (; last.isDone(); sent++) {
                last = connection.sendOneWayDirectly(oneWay(0, sent, 1 + sent * 7 % 12_000));
            }

            DataInputStream in = new DataInputStream(peer.getInputStream());
            for (int i = 0; i < sent; i++) {
                Sent received = Sent.read(in);
                assertThat(received.number()).isEqualTo(i);
                assertThat(received.isWhole()).isTrue();
            }
            last.get(20, TimeUnit.SECONDS);
            // And once all is with the peer, others may write again.
            await().until(() -> connection.sendOneWayDirectly(oneWay(0, 0, 1)).isDone());
        }
    }

    @Test
    void aConnectionThatClosesOnceItHasAnsweredSaysGoodByeAfterAnAnswerThatIsGivenDirectly() throws Exception {
        try (Endpoints ends = parking();
                Socket peer = ends.rawSocket()) {
            peer.getOutputStream().write(Frames.request(1, 9, new byte[0]));
            Reply reply = reply();
            ((ChannelConnection) reply.connection()).closeWhenAnswered();

            reply.sendDirectly(Command.success());

            DataInputStream in = new DataInputStream(peer.getInputStream());
            assertThat(Frames.readHeader(in)).contains("\"opaque\":9,");
            assertThat(in.read()).isEqualTo(-1);
        }
    }

    @Test
    void whatIsTooLargeForAFrameIsAnsweredWithAnErrorAlsoDirectly() throws Exception {
        TransportSettings small = Endpoints.settings().maxFrameBytes(1_000).build();
        try (Endpoints ends = new Endpoints(small, (request, reply) -> owed.add(reply))) {
            CompletableFuture<Command> answer =
                    ends.client.invoke(ends.address, Command.request(1, Map.of()), Endpoints.TIMEOUT);
            reply().sendDirectly(Command.success(Map.of(), Body.of(new byte[2_000])));
            assertThat(answer.get(20, TimeUnit.SECONDS).remark()).contains("a frame has at most 1000");
        }
    }

    @Test
    void aConnectionThatIsGoneTellsThoseWhoSendDirectly() throws Exception {
        try (Endpoints ends = parking()) {
            Connection connection;
            Reply reply;
            try (Socket peer = ends.rawSocket()) {
                peer.getOutputStream().write(Frames.request(1, 1, new byte[0]));
                reply = reply();
                connection = reply.connection();
                peer.setSoLinger(true, 0);
            }
            await().until(() -> connection.sendOneWayDirectly(oneWay(0, 0, 10)).isCompletedExceptionally());
            reply.sendDirectly(Command.success());
            await().until(() -> !connection.isOpen());
        }
    }
}
