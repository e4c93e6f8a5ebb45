package io.reliablemq.protocol.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.netty.buffer.ByteBufAllocator;
import io.reliablemq.protocol.codec.PooledBody;
import io.reliablemq.protocol.command.Body;
import io.reliablemq.protocol.command.Command;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
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
class SendsTogetherTest {

    private static final int THREADS = 4;

    private final BlockingQueue<Reply> owed = new LinkedBlockingQueue<>();
    private final CountDownLatch release = new CountDownLatch(1);
    private final ExecutorService others = Executors.newFixedThreadPool(THREADS);

    @AfterEach
    void end() {
        release.countDown();
        others.shutdownNow();
    }

    private Endpoints parking() {
        return Endpoints.with((request, reply) -> owed.add(reply));
    }

    /** Asks so many times, as opaque 0, 1, 2 and so on. */
    private List<Reply> ask(Socket peer, int times) throws Exception {
        ByteArrayOutputStream requests = new ByteArrayOutputStream();
        for (int i = 0; i < times; i++) {
            requests.write(Frames.request(1, i, new byte[0]));
        }
        peer.getOutputStream().write(requests.toByteArray());
        List<Reply> replies = new ArrayList<>();
        for (int i = 0; i < times; i++) {
            Reply reply = owed.poll(20, TimeUnit.SECONDS);
            assertThat(reply).isNotNull();
            replies.add(reply);
        }
        return replies;
    }

    private static Command answer(int bytes) {
        if (bytes % 2 == 0) {
            return Command.success(Map.of(), Body.of(new byte[bytes]));
        }
        // As the broker sends what it has read from files.
        Body body = PooledBody.allocate(ByteBufAllocator.DEFAULT, bytes);
        body.buffer().put(new byte[bytes]);
        return Command.success(Map.of(), body);
    }

    private static void read(DataInputStream in, int from, int to) throws IOException {
        for (int i = from; i < to; i++) {
            assertThat(Frames.readHeader(in)).contains("\"opaque\":" + i + ",");
        }
    }

    @Test
    void aFewAnswersNeedNoEventLoopAndLeaveWhenTheLastIsGiven() throws Exception {
        try (Endpoints ends = parking();
                Socket peer = ends.rawSocket()) {
            List<Reply> replies = ask(peer, 20);
            Endpoints.blockLoop(replies.get(0).connection(), release);

            SendsTogether.run(() -> {
                replies.subList(0, 19).forEach(reply -> reply.send(answer(100)));
                SendsTogether.run(() -> replies.get(19).send(answer(101)));
                assertThat(available(peer)).isZero();
            });

            read(new DataInputStream(peer.getInputStream()), 0, 20);
        }
    }

    private static int available(Socket peer) {
        try {
            return peer.getInputStream().available();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void eachConnectionGetsItsOwn() throws Exception {
        try (Endpoints ends = parking();
                Socket one = ends.rawSocket();
                Socket two = ends.rawSocket()) {
            List<Reply> ofOne = ask(one, 3);
            List<Reply> ofTwo = ask(two, 3);

            SendsTogether.run(() -> {
                for (int i = 0; i < 3; i++) {
                    ofOne.get(i).send(answer(10));
                    ofTwo.get(i).send(answer(10));
                }
            });

            read(new DataInputStream(one.getInputStream()), 0, 3);
            read(new DataInputStream(two.getInputStream()), 0, 3);
        }
    }

    @Test
    void manyAreLeftToTheEventLoop() throws Exception {
        try (Endpoints ends = parking();
                Socket peer = ends.rawSocket()) {
            List<Reply> replies = ask(peer, 100);
            Endpoints.blockLoop(replies.get(0).connection(), release);

            SendsTogether.run(() -> replies.forEach(reply -> reply.send(answer(10))));
            assertThat(available(peer)).isZero();
            release.countDown();

            read(new DataInputStream(peer.getInputStream()), 0, 100);
        }
    }

    @Test
    void aLargeOneAndThoseBehindItAreLeftToTheEventLoop() throws Exception {
        try (Endpoints ends = parking();
                Socket peer = ends.rawSocket()) {
            List<Reply> replies = ask(peer, 3);
            Endpoints.blockLoop(replies.get(0).connection(), release);
            DataInputStream in = new DataInputStream(peer.getInputStream());

            SendsTogether.run(() -> {
                replies.get(0).send(answer(10));
                replies.get(1).send(answer(8_001));
                replies.get(2).send(answer(10));
            });
            read(in, 0, 1);
            assertThat(available(peer)).isZero();
            release.countDown();

            read(in, 1, 3);
        }
    }

    @Test
    void whatCannotBeEncodedIsAnsweredWithAnErrorAndTheOthersAreNot() throws Exception {
        TransportSettings small = Endpoints.settings().maxFrameBytes(1_000).build();
        try (Endpoints ends = new Endpoints(small, (request, reply) -> owed.add(reply));
                Socket peer = ends.rawSocket()) {
            List<Reply> replies = ask(peer, 3);

            SendsTogether.run(() -> {
                replies.get(0).send(answer(10));
                replies.get(1).send(answer(2_000));
                replies.get(2).send(answer(10));
            });

            DataInputStream in = new DataInputStream(peer.getInputStream());
            assertThat(Frames.readHeader(in)).contains("\"opaque\":0,").doesNotContain("remark");
            assertThat(Frames.readHeader(in)).contains("\"opaque\":1,").contains("a frame has at most 1000");
            assertThat(Frames.readHeader(in)).contains("\"opaque\":2,").doesNotContain("remark");
        }
    }

    @Test
    void sendsOfATaskThatFailsLeaveAllTheSame() throws Exception {
        try (Endpoints ends = parking();
                Socket peer = ends.rawSocket()) {
            Reply reply = ask(peer, 1).get(0);

            assertThatThrownBy(() -> SendsTogether.run(() -> {
                        reply.send(answer(10));
                        throw new IllegalStateException("after the answer");
                    }))
                    .hasMessage("after the answer");

            read(new DataInputStream(peer.getInputStream()), 0, 1);
        }
    }

    @Test
    void aConnectionThatClosesOnceItHasAnsweredSaysGoodByeAfterThem() throws Exception {
        try (Endpoints ends = parking();
                Socket peer = ends.rawSocket()) {
            List<Reply> replies = ask(peer, 2);

            SendsTogether.run(() -> {
                replies.get(0).send(answer(10));
                ((ChannelConnection) replies.get(0).connection()).closeWhenAnswered();
                replies.get(1).send(answer(10));
            });

            DataInputStream in = new DataInputStream(peer.getInputStream());
            read(in, 0, 2);
            assertThat(in.read()).isEqualTo(-1);
        }
    }

    /** The peer is slow enough for its socket to be full from time to time. */
    @Test
    void answersOfManyThreadsArriveWholeOnceAndInTheOrderOfEachThread() throws Exception {
        int each = 3_000;
        try (Endpoints ends = parking();
                Socket peer = ends.rawSocket()) {
            List<Reply> replies = ask(peer, THREADS * each);
            List<Future<?>> threads = new ArrayList<>();
            for (int i = 0; i < THREADS; i++) {
                List<Reply> own = replies.subList(i * each, (i + 1) * each);
                Random chance = new Random(i);
                threads.add(others.submit(() -> answerInGroups(own, chance)));
            }

            int[] last = {-1, -1, -1, -1};
            DataInputStream in = new DataInputStream(peer.getInputStream());
            for (int i = 0; i < THREADS * each; i++) {
                String header = Frames.readHeader(in);
                int opaque = Integer.parseInt(header.replaceAll(".*\"opaque\":(\\d+).*", "$1"));
                // In the order of each thread, so each once.
                assertThat(opaque).isGreaterThan(last[opaque / each]);
                last[opaque / each] = opaque;
            }
            for (Future<?> thread : threads) {
                thread.get(20, TimeUnit.SECONDS);
            }
        }
    }

    private static void answerInGroups(List<Reply> replies, Random chance) {
        int next = 0;
        while (next < replies.size()) {
            List<Reply> group = replies.subList(next, Math.min(replies.size(), next + 1 + chance.nextInt(40)));
            SendsTogether.run(() ->
                    group.forEach(reply -> reply.send(answer(chance.nextInt(chance.nextInt(20) == 0 ? 9_000 : 600)))));
            next += group.size();
        }
    }

    @Test
    void aConnectionThatIsGoneHarmsNobody() throws Exception {
        try (Endpoints ends = parking();
                Socket alive = ends.rawSocket()) {
            List<Reply> ofAlive = ask(alive, 1);
            List<Reply> ofGone;
            try (Socket gone = ends.rawSocket()) {
                ofGone = ask(gone, 2);
                gone.setSoLinger(true, 0);
                Endpoints.blockLoop(ofGone.get(0).connection(), release);
            }

            SendsTogether.run(() -> {
                ofGone.forEach(reply -> reply.send(answer(11)));
                ofAlive.get(0).send(answer(11));
            });
            release.countDown();

            read(new DataInputStream(alive.getInputStream()), 0, 1);
            await().until(() -> !ofGone.get(0).connection().isOpen());
        }
    }

    @Test
    void answersToManyConnectionsAreLeftToTheirEventLoops() throws Exception {
        List<Socket> peers = new ArrayList<>();
        List<Reply> replies = new ArrayList<>();
        try (Endpoints ends = parking()) {
            for (int i = 0; i < 20; i++) {
                Socket peer = ends.rawSocket();
                peers.add(peer);
                replies.addAll(ask(peer, 1));
            }

            Endpoints.blockLoop(replies.get(0).connection(), release);

            SendsTogether.run(() -> replies.forEach(reply -> reply.send(answer(10))));
            assertThat(available(peers.get(0))).isZero();
            release.countDown();

            for (Socket peer : peers) {
                read(new DataInputStream(peer.getInputStream()), 0, 1);
            }
        } finally {
            for (Socket peer : peers) {
                peer.close();
            }
        }
    }
}
