package io.reliablemq.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.reliablemq.broker.figures.Reading;
import io.reliablemq.protocol.command.Command;
import io.reliablemq.protocol.command.RequestCode;
import io.reliablemq.protocol.command.ResponseCode;
import io.reliablemq.protocol.header.EndTransactionRequest;
import io.reliablemq.protocol.header.RecallMessageRequest;
import io.reliablemq.protocol.message.SystemFlag;
import io.reliablemq.protocol.runtime.Clock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A byte of an index file changed between two starts, in a part that the start reads to know what waits. */
class DamagedIndexIT {

    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final Duration LATER = Duration.ofHours(2);
    private static final int FILLING_BYTES = 300_000;
    private static final int FILLINGS = 5;

    @TempDir
    Path folder;

    private final WireClient wire = new WireClient();
    private final SetClock clock = new SetClock();
    private @Nullable Broker broker;
    private @Nullable Command half;

    /** Messages live by this clock, which the test sets forward. */
    private static final class SetClock implements Clock {

        private final List<Runnable> actions = new CopyOnWriteArrayList<>();
        private volatile Duration ahead = Duration.ZERO;

        void jump(Duration duration) {
            ahead = ahead.plus(duration);
            actions.forEach(Runnable::run);
        }

        @Override
        public long wallMs() {
            return SYSTEM.wallMs();
        }

        @Override
        public long nanos() {
            return SYSTEM.nanos();
        }

        @Override
        public Clock ofMessages() {
            return new Clock() {
                @Override
                public long wallMs() {
                    return SYSTEM.wallMs() + ahead.toMillis();
                }

                @Override
                public long nanos() {
                    return SYSTEM.nanos() + ahead.toNanos();
                }

                @Override
                public Registration onJump(Runnable action) {
                    actions.add(action);
                    return () -> actions.remove(action);
                }
            };
        }
    }

    @AfterEach
    void stop() {
        wire.close();
        if (broker != null) {
            broker.close();
        }
    }

    private void start() {
        BrokerProperties properties = LocalProperties.in(folder);
        properties.setName("broker-a");
        properties.setMessageDelayLevel("100ms 200ms 5m");
        properties.setSegmentBytes("1MB");
        broker = Broker.start(properties.toSettings(), new BrokerEnvironment(clock, handlers -> handlers));
    }

    private Path file(String extension) {
        return folder.resolve("log/00000000000000000000." + extension);
    }

    /** What waits stands alone in the first segment, which is ended: so it is what meets the damage. */
    private void fill(String waiting) {
        start();
        switch (waiting) {
            case "transaction" -> half = sendHalf();
            case "level" -> send(waiting, Map.of("UNIQ_KEY", "id-level", "DELAY", "3"), false);
            case "timer" -> sendTimer(waiting, "3600000", false);
            default -> {
                recall(sendTimer("called back", "3500000", false).fields().get("recallHandle"));
                sendTimer(waiting, "3600000", false);
            }
        }
        for (int i = 0; i < FILLINGS; i++) {
            wire.send(broker.address(), "filling", 0, "x".repeat(FILLING_BYTES), Map.of());
        }
        await().atMost(PATIENCE)
                .until(() -> Stream.of("index", "keys", "timers").allMatch(each -> Files.exists(file(each))));
        broker.close();
    }

    private Command send(String body, Map<String, String> properties, boolean maybeStored) {
        return wire.send(broker.address(), "orders", 0, body, properties, 0, maybeStored);
    }

    private Command sendTimer(String body, String delayMs, boolean maybeStored) {
        return send(body, Map.of("UNIQ_KEY", "id-" + delayMs, "TIMER_DELAY_MS", delayMs), maybeStored);
    }

    private Command sendHalf() {
        Map<String, String> properties = Map.of("UNIQ_KEY", "id-half", "TRAN_MSG", "true", "PGROUP", "producers");
        return wire.send(
                broker.address(), "orders", 0, "transaction", properties, SystemFlag.TRANSACTION_PREPARED, false);
    }

    private void recall(String handle) {
        Command recalled = wire.answer(
                broker.address(),
                Command.request(
                        RequestCode.RECALL_MESSAGE,
                        new RecallMessageRequest("orders", handle, "producers", null).fields()));
        assertThat(recalled.code()).isEqualTo(ResponseCode.SUCCESS);
    }

    private void commit(Command ended) {
        String msgId = String.valueOf(ended.fields().get("msgId"));
        long position = Long.parseLong(msgId.substring(msgId.length() - 16), 16);
        long offset = Long.parseLong(String.valueOf(ended.fields().get("queueOffset")));
        int decision = SystemFlag.TRANSACTION_COMMIT;
        EndTransactionRequest commit = new EndTransactionRequest(
                "orders", "producers", offset, position, decision, false, "id-half", "id-half", null);
        Command answer = wire.answer(broker.address(), Command.request(RequestCode.END_TRANSACTION, commit.fields()));
        assertThat(answer.code()).isEqualTo(ResponseCode.SUCCESS);
    }

    @ParameterizedTest
    @CsvSource({"index, transaction", "index, level", "index, recall", "timers, timer", "keys, timer"})
    void aChangedByteInABlockKeepsNothingFromItsWay(String extension, String waiting) throws Exception {
        fill(waiting);
        Path damaged = file(extension);
        byte[] whole = Files.readAllBytes(damaged);
        byte[] content = whole.clone();
        content[content.length - 4000] ^= 1;
        Files.write(damaged, content);

        start();

        if (half != null) {
            commit(half);
        }
        if (extension.equals("keys")) {
            // A retry of what is there, which is looked up by its id, is not stored again.
            sendTimer(waiting, "3600000", true);
        }
        clock.jump(LATER);
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(wire.messages(broker.address(), "orders", 0, 0))
                        .extracting(WireClient::text)
                        .containsExactly(waiting));
        assertThat(Reading.value(broker.figures(), "index.damaged")).isEqualTo(1);
        assertThat(Files.readAllBytes(damaged)).isEqualTo(whole);
    }
}
