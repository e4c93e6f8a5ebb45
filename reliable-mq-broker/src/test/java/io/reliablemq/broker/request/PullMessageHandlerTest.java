package io.reliablemq.broker.request;

import static org.assertj.core.api.Assertions.assertThat;

import io.reliablemq.broker.GroupsOnAStore;
import io.reliablemq.broker.ManualClock;
import io.reliablemq.broker.MemoryStore;
import io.reliablemq.broker.TestReply;
import io.reliablemq.broker.delivery.LongPolls;
import io.reliablemq.broker.group.CommittedOffsets;
import io.reliablemq.broker.group.ConsumerGroups;
import io.reliablemq.broker.group.GroupSettingsTable;
import io.reliablemq.broker.group.OffsetResets;
import io.reliablemq.broker.store.MessageStore;
import io.reliablemq.broker.store.QueueKey;
import io.reliablemq.broker.store.file.SimulatedDisk;
import io.reliablemq.broker.topic.SystemTopics;
import io.reliablemq.broker.topic.Topics;
import io.reliablemq.protocol.command.Command;
import io.reliablemq.protocol.command.RequestCode;
import io.reliablemq.protocol.command.ResponseCode;
import io.reliablemq.protocol.header.PullFlags;
import io.reliablemq.protocol.header.PullMessageRequest;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class PullMessageHandlerTest {

    private final ManualClock clock = new ManualClock();
    private final MemoryStore store = new MemoryStore(clock);
    private final SimulatedDisk disk = new SimulatedDisk();

    private PullMessageHandler handler() throws IOException {
        Topics topics = Topics.load(
                GroupsOnAStore.file(disk, "topics"),
                new SystemTopics("b", "c", true, 4, 1),
                Runnable::run,
                () -> CompletableFuture.completedFuture(null),
                clock.wallMs());
        GroupSettingsTable settings = GroupSettingsTable.load(GroupsOnAStore.file(disk, "groups"), Runnable::run);
        Pull.Parts parts = new Pull.Parts(
                store,
                topics,
                new LongPolls(store, clock, () -> {}),
                new ReadThreads((where, error) -> {}),
                new Deliveries(),
                new OffsetResets(),
                ReadAdvice.MASTER,
                (where, error) -> {});
        CommittedOffsets offsets = CommittedOffsets.load(GroupsOnAStore.file(disk, "offsets"), store);
        return new PullMessageHandler(
                new RequestChecks(topics, settings),
                GroupTopics.made(topics),
                new PullFilters(new ConsumerGroups((group, members) -> {})),
                offsets,
                offsets.known(),
                parts);
    }

    @Test
    void messagesAreLookedUpInFilesOnAThreadThatMayWait() throws Exception {
        QueueKey queue = new QueueKey("%RETRY%g", 0);
        store.append(GroupsOnAStore.message(queue, "m"), MessageStore.NO_ORIGIN, result -> {});
        PullMessageRequest header = new PullMessageRequest(
                "g", queue.topic(), 0, 0, 32, PullFlags.SUBSCRIPTION, 0, 0, "*", 0, "TAG", 1 << 20);
        Command pull = Command.request(RequestCode.PULL_MESSAGE, header.fields());
        TestReply reply = new TestReply();
        store.readsFiles = true;

        handler().handle(pull, reply);

        // The store in memory gives no bodies, which fails the answer.
        assertThat(reply.answer.get(20, TimeUnit.SECONDS).code()).isEqualTo(ResponseCode.SYSTEM_ERROR);
        assertThat(store.selected).startsWith("rmq-read");
    }

    /** Those who wait for a topic are told before others can find it, so the pull must not look for it. */
    @Test
    void servesThePullThatMadeItsRetryTopic() throws Exception {
        PullMessageRequest header =
                new PullMessageRequest("g", "%RETRY%g", 0, 0, 32, PullFlags.SUBSCRIPTION, 0, 0, "*", 0, "TAG", 1 << 20);
        TestReply reply = new TestReply();

        handler().handle(Command.request(RequestCode.PULL_MESSAGE, header.fields()), reply);

        assertThat(reply.answer).isCompleted();
        assertThat(reply.answer.join().code()).isEqualTo(ResponseCode.PULL_NOT_FOUND);
    }
}
