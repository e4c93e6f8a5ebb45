package io.reliablemq.protocol.transport;

import static org.assertj.core.api.Assertions.assertThat;

import io.reliablemq.protocol.command.Body;
import io.reliablemq.protocol.command.Command;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RoundTripTest {

    private static final Duration TIMEOUT = Duration.ofSeconds(10);

    private EventLoops loops;
    private RemotingServer server;
    private RemotingClient client;
    private String address;

    @BeforeEach
    void start() throws Exception {
        loops = EventLoops.create("rmq-io", 2);
        server = new RemotingServer(loops, TransportSettings.defaults(), RoundTripTest::echo);
        InetSocketAddress bound = server.start(new InetSocketAddress("127.0.0.1", 0));
        address = "127.0.0.1:" + bound.getPort();
        client = new RemotingClient(loops, TransportSettings.defaults(), (request, reply) -> {});
    }

    @AfterEach
    void stop() {
        client.close();
        server.close();
        loops.close();
    }

    private static void echo(Command request, Reply reply) {
        Body body = reply.allocate(request.body().size());
        body.buffer().put(request.body().buffer());
        reply.send(Command.success(request.fields(), body));
    }

    @Test
    void answersCarryFieldsAndBody() throws Exception {
        Command answer = client.invoke(
                        address, Command.request(10, Map.of("topic", "Größe", "n", "1"), Body.ofUtf8("hello")), TIMEOUT)
                .get(10, TimeUnit.SECONDS);

        assertThat(answer.isSuccess()).isTrue();
        assertThat(answer.isResponse()).isTrue();
        assertThat(answer.fields()).containsExactlyInAnyOrderEntriesOf(Map.of("topic", "Größe", "n", "1"));
        assertThat(answer.body().toByteArray()).isEqualTo("hello".getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void tenThousandPipelinedRequestsAreAnsweredEachWithItsOwn() {
        List<CompletableFuture<Command>> answers = new ArrayList<>();
        for (int i = 0; i < 10_000; i++) {
            Command request = Command.request(10, Map.of("n", Integer.toString(i)), Body.ofUtf8("body " + i));
            answers.add(client.invoke(address, request, TIMEOUT));
        }
        for (int i = 0; i < answers.size(); i++) {
            Command answer = answers.get(i).orTimeout(10, TimeUnit.SECONDS).join();
            assertThat(answer.fields()).containsEntry("n", Integer.toString(i));
            assertThat(new String(answer.body().toByteArray(), StandardCharsets.UTF_8))
                    .isEqualTo("body " + i);
        }
        assertThat(server.connections()).hasSize(1);
    }
}
