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
import io.reliablemq.protocol.body.OffsetTable;
import io.reliablemq.protocol.body.QueueLock;
import io.reliablemq.protocol.command.Command;
import io.reliablemq.protocol.command.RequestCode;
import io.reliablemq.protocol.command.ResponseCode;
import io.reliablemq.protocol.header.PullFlags;
import io.reliablemq.protocol.header.PullMessageRequest;
import io.reliablemq.protocol.header.PullMessageResponse;
import io.reliablemq.protocol.header.ResetOffsetRequest;
import io.reliablemq.protocol.header.UpdateConsumerOffsetRequest;
import io.reliablemq.protocol.message.StoredMessage;
import io.reliablemq.protocol.route.Permission;
import io.reliablemq.protocol.route.TopicSettings;
import io.reliablemq.protocol.transport.RequestHandler;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Messages 0 to 9 of one queue, a second apart, of which the group has finished five. */
class OffsetResetHandlerTest {

    private static final QueueKey QUEUE = new QueueKey("T", 0);
    private static final InetSocketAddress HOST = new InetSocketAddress("127.0.0.1", 1);

    private final ManualClock clock = new ManualClock();
    private final MemoryStore store = new MemoryStore(clock);
    private final SimulatedDisk disk = new SimulatedDisk();
    private final ReadThreads readThreads = new ReadThreads((where, error) -> {});
    private CommittedOffsets offsets;
    private LongPolls longPolls;
    private HandlerTable handlers;
    private long startMs;

    @BeforeEach
    void build() throws Exception {
        Topics topics = Topics.load(
                GroupsOnAStore.file(disk, "topics"),
                new SystemTopics("b", "c", true, 4, 1),
                Runnable::run,
                () -> CompletableFuture.completedFuture(null),
                clock.wallMs());
        topics.put(new TopicSettings("T", 1, Permission.READ_WRITE)).join();
        offsets = CommittedOffsets.load(GroupsOnAStore.file(disk, "offsets"), store);
        longPolls = new LongPolls(store, clock, () -> {});
        Pull.Parts parts = new Pull.Parts(
                store,
                topics,
                longPolls,
                readThreads,
                new Deliveries(),
                new OffsetResets(),
                ReadAdvice.MASTER,
                (where, error) -> {});
        RequestChecks checks =
                new RequestChecks(topics, GroupSettingsTable.load(GroupsOnAStore.file(disk, "groups"), Runnable::run));
        ConsumerGroups groups = new ConsumerGroups((group, members) -> {});
        HandlerTable.Builder table = HandlerTable.builder()
                .on(RequestCode.RESET_OFFSET, new OffsetResetHandler(checks, offsets, parts, "b"))
                .on(
                        RequestCode.PULL_MESSAGE,
                        new PullMessageHandler(
                                checks,
                                GroupTopics.made(topics),
                                new PullFilters(groups),
                                offsets,
                                offsets.known(),
                                parts));
        new OffsetHandlers(checks, groups, offsets, offsets, parts.resets(), store, readThreads).addTo(table);
        handlers = table.build();
        startMs = clock.wallMs();
        for (int i = 0; i < 10; i++) {
            store.append(
                    new StoredMessage("T", 0, 0, 0, 0, 0, 0, HOST, 0, HOST, 0, 0, Map.of(), new byte[1]),
                    MessageStore.NO_ORIGIN,
                    result -> {});
            clock.pass(Duration.ofSeconds(1));
        }
        offsets.commit("g", QUEUE, 5);
    }

    @AfterEach
    void close() {
        readThreads.close();
    }

    private Command ask(int code, Map<String, String> fields) throws Exception {
        return answer(handlers, Command.request(code, fields)).answer.get(10, TimeUnit.SECONDS);
    }

    private static TestReply answer(RequestHandler handler, Command request) throws Exception {
        TestReply reply = new TestReply();
        handler.handle(request, reply);
        return reply;
    }

    private Command reset(long offset, long timestamp, boolean forced) throws Exception {
        return ask(RequestCode.RESET_OFFSET, new ResetOffsetRequest("T", "g", -1, offset, timestamp, forced).fields());
    }

    private Command pullAtTheEnd(int flags, long commitOffset) {
        return Command.request(
                RequestCode.PULL_MESSAGE,
                new PullMessageRequest(
                                "g",
                                "T",
                                0,
                                10,
                                32,
                                flags | PullFlags.SUBSCRIPTION,
                                commitOffset,
                                15_000,
                                "*",
                                0,
                                "TAG",
                                1 << 20)
                        .fields());
    }

    private void commit(long offset) throws Exception {
        ask(RequestCode.UPDATE_CONSUMER_OFFSET, new UpdateConsumerOffsetRequest("g", "T", 0, offset).fields());
    }

    @Test
    void setsTheOffsetToATimeAndSaysSo() throws Exception {
        Command answer = reset(-1, startMs + 2_500, true);

        assertThat(OffsetTable.read(answer.body()).offsets()).isEqualTo(Map.of(new QueueLock.Queue("T", "b", 0), 3L));
        assertThat(offsets.find("g", QUEUE)).isEqualTo(3);
    }

    @Test
    void setsTheOffsetForwardOnlyIfForced() throws Exception {
        reset(-1, startMs + 7_500, false);
        assertThat(offsets.find("g", QUEUE)).isEqualTo(5);

        reset(-1, startMs + 7_500, true);
        assertThat(offsets.find("g", QUEUE)).isEqualTo(8);

        reset(-1, -1, true);
        assertThat(offsets.find("g", QUEUE)).isEqualTo(10);
    }

    @Test
    void refusesAnOffsetOutsideOfTheQueueAndChangesNothing() throws Exception {
        Command answer = reset(11, -1, true);

        assertThat(answer.code()).isEqualTo(ResponseCode.SYSTEM_ERROR);
        assertThat(answer.remarkText()).contains("11").contains("0 to 10");
        assertThat(offsets.find("g", QUEUE)).isEqualTo(5);
    }

    /** The member has messages in work, and commits what it did before it hears of the reset. */
    @Test
    void whatTheMemberCommitsBeforeItHasHeardDoesNotCount() throws Exception {
        reset(2, -1, true);

        commit(9);
        assertThat(offsets.find("g", QUEUE)).isEqualTo(2);
        TestReply pull = answer(handlers, pullAtTheEnd(PullFlags.COMMIT_OFFSET, 9));

        Command moved = pull.answer.get(10, TimeUnit.SECONDS);
        assertThat(moved.code()).isEqualTo(ResponseCode.PULL_OFFSET_MOVED);
        assertThat(PullMessageResponse.read(moved.fields()).nextOffset()).isEqualTo(2);
        assertThat(offsets.find("g", QUEUE)).isEqualTo(2);
        commit(4);
        assertThat(offsets.find("g", QUEUE)).isEqualTo(4);
    }

    @Test
    void aPullThatWaitsIsToldAtOnce() throws Exception {
        TestReply waiting = answer(handlers, pullAtTheEnd(PullFlags.SUSPEND, 0));
        assertThat(waiting.answer).isNotDone();

        reset(0, -1, true);

        Command moved = waiting.answer.get(10, TimeUnit.SECONDS);
        assertThat(moved.code()).isEqualTo(ResponseCode.PULL_OFFSET_MOVED);
        assertThat(PullMessageResponse.read(moved.fields()).nextOffset()).isZero();
    }
}
