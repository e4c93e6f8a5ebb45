package io.reliablemq.broker.registration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.reliablemq.protocol.body.TopicTable;
import io.reliablemq.protocol.command.Command;
import io.reliablemq.protocol.transport.Connection;
import io.reliablemq.protocol.transport.EventLoops;
import io.reliablemq.protocol.transport.RemotingClient;
import io.reliablemq.protocol.transport.RemotingServer;
import io.reliablemq.protocol.transport.TransportSettings;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RemoteNameServerTest {

    private static final RegistrationHeader HEADER =
            new RegistrationHeader("cluster", "broker-a", 0, "127.0.0.1:10911");

    private final EventLoops loops = EventLoops.create("test-io", 1);
    private final AtomicReference<Connection> heardOver = new AtomicReference<>();
    private final RemotingServer server = new RemotingServer(loops, TransportSettings.defaults(), (request, reply) -> {
        heardOver.set(reply.connection());
        reply.send(Command.success());
    });
    private final RemotingClient client =
            new RemotingClient(loops, TransportSettings.defaults(), (request, reply) -> {});
    private NameServerLink nameServer;

    @BeforeEach
    void listen() throws Exception {
        InetSocketAddress address = server.start(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        nameServer = NameServerLink.remote(client, "127.0.0.1:" + address.getPort());
    }

    @AfterEach
    void close() {
        client.close();
        server.close();
        loops.close();
    }

    private void register(Runnable onLost) throws Exception {
        Registration registration =
                new Registration(HEADER, new TopicTable(Map.of(), new TopicTable.DataVersion(0, 0, 0)));
        assertThat(nameServer
                        .register(registration, onLost)
                        .get(20, TimeUnit.SECONDS)
                        .trouble())
                .isEmpty();
    }

    @Test
    void whoRegisteredLastIsToldOnceThatTheConnectionIsLost() throws Exception {
        AtomicInteger first = new AtomicInteger();
        AtomicInteger second = new AtomicInteger();
        Runnable firstLost = first::incrementAndGet;
        Runnable secondLost = second::incrementAndGet;
        register(firstLost);
        register(firstLost);
        // As after a change of roles, over the same connection.
        register(secondLost);
        register(secondLost);

        heardOver.get().close();

        await().untilAsserted(() -> assertThat(second).hasValue(1));
        assertThat(first).as("a tenure that is over").hasValue(0);
    }

    @Test
    void whoHasLeftIsNotToldAndNotKept() throws Exception {
        AtomicInteger told = new AtomicInteger();
        register(told::incrementAndGet);
        nameServer.unregister(HEADER).get(20, TimeUnit.SECONDS);

        CompletableFuture<Void> closed = new CompletableFuture<>();
        client.connection(nameServer.address()).get(20, TimeUnit.SECONDS).onClose(() -> closed.complete(null));
        heardOver.get().close();

        // Listeners are told in their order.
        closed.get(20, TimeUnit.SECONDS);
        assertThat(told).hasValue(0);
    }

    @Test
    void whatWentWrongIsTold() throws Exception {
        server.close();

        assertThat(nameServer
                        .register(
                                new Registration(HEADER, new TopicTable(Map.of(), new TopicTable.DataVersion(0, 0, 0))),
                                () -> {})
                        .get(20, TimeUnit.SECONDS)
                        .trouble())
                .contains("127.0.0.1");
    }
}
