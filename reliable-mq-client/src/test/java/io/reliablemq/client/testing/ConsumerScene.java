package io.reliablemq.client.testing;

import io.reliablemq.client.MqClient;
import io.reliablemq.client.api.ClientSettings;
import io.reliablemq.client.api.PushConsumerSettings;
import io.reliablemq.client.api.ReceivedMessage;
import io.reliablemq.protocol.command.RequestCode;
import io.reliablemq.protocol.message.StoredMessage;
import io.reliablemq.protocol.route.TopicRoute;
import io.reliablemq.protocol.runtime.CloseStack;
import io.reliablemq.protocol.transport.EventLoops;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;

/** One scripted name server, one broker in memory, and whatever clients a test makes; closes all of it. */
public final class ConsumerScene implements AutoCloseable {

    public static final String GROUP = "g";
    public static final String TOPIC = "T";
    public static final String DEAD = "%DLQ%g";
    public static final String RETRY = "%RETRY%g";

    private final CloseStack open = new CloseStack();
    private final EventLoops loops = open.push(EventLoops.create("test-io", 2));
    private final Routes routes = new Routes();
    private final ScriptedServer nameServer;
    private final MiniBroker broker;

    public ConsumerScene(int queues) {
        nameServer = push(new ScriptedServer(loops).on(RequestCode.GET_ROUTE_BY_TOPIC, routes));
        broker = push(new MiniBroker(loops));
        routes.put(TOPIC, route(queues));
        routes.put(RETRY, route(1));
    }

    public MiniBroker broker() {
        return broker;
    }

    public Routes routes() {
        return routes;
    }

    /** Of a topic that the broker has. */
    public TopicRoute route(int queues) {
        return Routes.route(queues, Map.of("broker-a", broker.address()));
    }

    public MqClient client() {
        return push(MqClient.create(ClientSettings.of(nameServer.address())));
    }

    public <T extends AutoCloseable> T push(T resource) {
        return open.push(resource);
    }

    /** Offsets are stored often, and retries are short. */
    public static PushConsumerSettings.Builder settings() {
        return PushConsumerSettings.builder(GROUP)
                .subscribe(TOPIC, "*")
                .threads(4)
                .maxReconsumeTimes(2)
                .commitInterval(Duration.ofMillis(100))
                .shutdownTimeout(Duration.ofSeconds(5));
    }

    public void put(int queueId, String... bodies) {
        for (String body : bodies) {
            broker.put(TOPIC, queueId, "A", body.getBytes(StandardCharsets.UTF_8));
        }
    }

    public long offset(int queueId) {
        return broker.offset(GROUP, TOPIC, queueId);
    }

    public static StoredMessage withSystemFlag(StoredMessage message, int systemFlag) {
        return with(message, systemFlag, message.storeTimestamp());
    }

    /** @param ms of the broker's wall clock */
    public static StoredMessage storedAt(StoredMessage message, long ms) {
        return with(message, message.systemFlag(), ms);
    }

    private static StoredMessage with(StoredMessage message, int systemFlag, long storeTimestamp) {
        return new StoredMessage(
                message.topic(),
                message.queueId(),
                message.queueOffset(),
                message.position(),
                message.flag(),
                systemFlag,
                message.bornTimestamp(),
                message.bornHost(),
                storeTimestamp,
                message.storeHost(),
                message.reconsumeTimes(),
                message.preparedPosition(),
                message.properties(),
                message.body());
    }

    public static String text(ReceivedMessage message) {
        return new String(message.body(), StandardCharsets.UTF_8);
    }

    @Override
    public void close() throws Exception {
        open.close();
    }
}
