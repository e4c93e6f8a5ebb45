package io.reliablemq.broker.request;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.reliablemq.broker.GroupsOnAStore;
import io.reliablemq.broker.ManualClock;
import io.reliablemq.broker.MemoryStore;
import io.reliablemq.broker.store.AppendResult.Status;
import io.reliablemq.broker.store.QueueKey;
import io.reliablemq.broker.store.file.SimulatedDisk;
import io.reliablemq.protocol.command.Command;
import io.reliablemq.protocol.command.ResponseCode;
import io.reliablemq.protocol.message.Names;
import io.reliablemq.protocol.message.StoredMessage;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A message that is given back once more while its copy is on its way, or stored and not safe yet, has that copy. */
class GivenBackAgainTest {

    private static final QueueKey ORDERS = new QueueKey("orders", 0);
    private static final QueueKey THIRD_LEVEL = new QueueKey(Names.SCHEDULE_TOPIC, 2);
    private static final int MANY = 16;

    private final MemoryStore store = new MemoryStore(new ManualClock());
    private GroupsOnAStore groups;
    private StoredMessage failed;

    @BeforeEach
    void open() throws IOException {
        groups = new GroupsOnAStore(store, new SimulatedDisk(), new ManualClock(), (from, into) -> {});
        groups.send(ORDERS, "m");
        failed = groups.read(ORDERS, 0);
    }

    @AfterEach
    void close() {
        groups.close();
    }

    @ParameterizedTest
    @EnumSource(names = {"FLUSH_TIMEOUT", "REPLICA_TIMEOUT", "NO_REPLICA"})
    void hasOneCopyAndIsToldOnceThatIsSafe(Status unsafe) throws Exception {
        store.outcome = unsafe;
        store.hiddenFrom = 1;
        Command first = groups.givenBack("g", failed, MANY);
        store.outcome = Status.COMMITTED;

        assertThat(groups.givenBack("g", failed, MANY).code()).isEqualTo(first.code());
        assertThat(first.isSuccess()).isFalse();

        store.hiddenFrom = Long.MAX_VALUE;
        assertThat(groups.givenBack("g", failed, MANY).isSuccess()).isTrue();
        assertThat(store.queue(THIRD_LEVEL)).hasSize(1);
    }

    @Test
    void waitsForTheCopyThatIsOnItsWay() throws Exception {
        store.holdsAnswers = true;
        CompletableFuture<Command> first = groups.giveBack("g", failed, MANY);
        await().until(() -> store.queue(THIRD_LEVEL).size() == 1);
        CompletableFuture<Command> again = groups.giveBack("g", failed, MANY);
        // Of another group, so that it has a copy of its own; it is behind the second one on the threads that read.
        CompletableFuture<Command> other = groups.giveBack("h", failed, MANY);
        await().until(() -> store.queue(THIRD_LEVEL).size() == 2);
        assertThat(again).isNotDone();

        store.answer();

        assertThat(first.get(20, TimeUnit.SECONDS).isSuccess()).isTrue();
        assertThat(again.get(20, TimeUnit.SECONDS).isSuccess()).isTrue();
        assertThat(other.get(20, TimeUnit.SECONDS).isSuccess()).isTrue();
        assertThat(store.queue(THIRD_LEVEL)).hasSize(2);
    }

    @Test
    void hasAnotherCopyWhereItFailsAgainLater() throws Exception {
        groups.givenBack("g", failed, MANY);
        groups.givenBack("g", failed, MANY);

        assertThat(store.queue(THIRD_LEVEL)).hasSize(2);
    }

    @Test
    void isTriedAnewWhereNoCopyWasMade() throws Exception {
        store.outcome = Status.BUSY;
        assertThat(groups.givenBack("g", failed, MANY).code()).isEqualTo(ResponseCode.SYSTEM_BUSY);
        store.outcome = Status.COMMITTED;

        assertThat(groups.givenBack("g", failed, MANY).isSuccess()).isTrue();
        assertThat(store.queue(THIRD_LEVEL)).hasSize(1);
    }
}
