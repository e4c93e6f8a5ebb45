package io.reliablemq.broker.request;

import io.reliablemq.broker.delivery.LongPolls;
import io.reliablemq.broker.filter.SqlFilter;
import io.reliablemq.broker.group.OffsetResets;
import io.reliablemq.broker.store.MessageStore;
import io.reliablemq.broker.store.MessageStore.Selection;
import io.reliablemq.broker.store.QueueKey;
import io.reliablemq.broker.store.index.IndexDamagedException;
import io.reliablemq.broker.topic.Topics;
import io.reliablemq.protocol.command.Body;
import io.reliablemq.protocol.command.Command;
import io.reliablemq.protocol.command.ResponseCode;
import io.reliablemq.protocol.header.PullFlags;
import io.reliablemq.protocol.header.PullMessageRequest;
import io.reliablemq.protocol.header.PullMessageResponse;
import io.reliablemq.protocol.runtime.ErrorSink;
import io.reliablemq.protocol.transport.Reply;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Map;

/**
 * One pull, from its first look at the queue to its answer; in between it may wait for a message.
 *
 * <p>Lives on the event loop of its connection, which also reads what is near the end of the log: that is in memory.
 * Older messages are read by {@link ReadThreads}.
 */
public final class Pull implements LongPolls.ParkedPull {

    private static final int MAX_BYTES = 256 * 1024;
    private static final int MAX_MESSAGES = 1024;

    /** Each may be a read of its own, from memory mostly; with more of them a change of threads costs little beside. */
    private static final int MOST_ON_EVENT_LOOP = 32;

    /** Consumers give up after 30 s, so nothing may wait for longer than this. */
    private static final long MAX_SUSPEND_MS = 25_000;

    private final Parts parts;
    private final PullMessageRequest request;
    private final QueueKey queue;
    private final PullFilters.PullFilter filter;
    private final Reply reply;

    /** Where to look on: beyond the request's offset once messages were examined that did not match. */
    private long offset;

    private volatile boolean waited;
    private boolean waitedForRepair;
    private long deadlineNanos;

    /** What every pull works with. */
    public record Parts(
            MessageStore store,
            Topics topics,
            LongPolls longPolls,
            ReadThreads readThreads,
            Deliveries deliveries,
            OffsetResets resets,
            ReadAdvice advice,
            ErrorSink errors) {}

    Pull(Parts parts, PullMessageRequest request, QueueKey queue, PullFilters.PullFilter filter, Reply reply) {
        this.parts = parts;
        this.request = request;
        this.queue = queue;
        this.filter = filter;
        this.reply = reply;
        this.offset = request.queueOffset();
    }

    void begin() {
        long suspendMs = (request.systemFlag() & PullFlags.SUSPEND) == 0
                ? 0
                : Math.max(0, Math.min(request.suspendTimeoutMs(), MAX_SUSPEND_MS));
        deadlineNanos = parts.longPolls().deadline(Duration.ofMillis(suspendMs));
        look(suspendMs > 0);
    }

    @Override
    public void wake() {
        waited = true;
        reply.connection().execute(this::lookAgain);
    }

    /** Runs outside of any request handler, so nobody else would answer if it failed. */
    private void lookAgain() {
        try {
            if (parts.topics().find(queue.topic()) == null) {
                reply.send(
                        Command.failure(ResponseCode.TOPIC_NOT_EXIST, "The topic " + queue.topic() + " was deleted"));
            } else {
                look(true);
            }
        } catch (RuntimeException e) {
            parts.errors().report("a pull from " + queue, e);
            reply.send(Command.failure(ResponseCode.SYSTEM_ERROR, "The pull failed: " + e.getMessage()));
        }
    }

    @Override
    public void timeOut() {
        answer(ResponseCode.PULL_NOT_FOUND, "NO_NEW_MSG", offset);
    }

    @Override
    public void refuse() {
        reply.send(Command.failure(
                ResponseCode.FLOW_CONTROL, "Too many pulls wait for messages already; come again in a moment"));
    }

    private void look(boolean mayWait) {
        Long reset = parts.resets().take(request.consumerGroup(), queue);
        if (reset != null && reset != request.queueOffset()) {
            answer(ResponseCode.PULL_OFFSET_MOVED, "OFFSET_RESET", reset);
            return;
        }
        MessageStore store = parts.store();
        long min = store.minOffset(queue);
        long max = store.maxOffset(queue);
        if (offset < min) {
            answer(ResponseCode.PULL_OFFSET_MOVED, "OFFSET_TOO_SMALL", min);
        } else if (offset > max && !store.mayHoldMore()) {
            answer(ResponseCode.PULL_OFFSET_MOVED, "OFFSET_OVERFLOW_BADLY", max);
        } else if (offset >= max) {
            nothingNew(mayWait);
        } else {
            select(store, mayWait);
        }
    }

    private void select(MessageStore store, boolean mayWait) {
        if (!store.isInMemory(queue, offset)) {
            // An event loop has no time for files.
            parts.readThreads().execute(reply, () -> selectFromFiles(mayWait));
            return;
        }
        Selection selection;
        try {
            selection = select();
        } catch (UncheckedIOException e) {
            lookWhenRepaired(e);
            return;
        }
        if (selection.entries().isEmpty()) {
            nothingMatched(selection.nextOffset(), mayWait);
        } else if (filter.expression() != null) {
            SqlFilter expression = filter.expression();
            parts.readThreads().execute(reply, () -> evaluate(selection, expression, mayWait));
        } else {
            found(selection);
        }
    }

    private Selection select() {
        // An expression is evaluated after reading, and may let few of them through.
        int most = filter.expression() == null ? maxMessages() : MAX_MESSAGES;
        return parts.store().select(queue, offset, most, maxBytes(), filter.tags());
    }

    private void selectFromFiles(boolean mayWait) throws IOException {
        Selection selection;
        try {
            selection = select();
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
        SqlFilter expression = filter.expression();
        if (selection.entries().isEmpty()) {
            nothingMatchedElsewhere(selection.nextOffset(), mayWait);
        } else if (expression != null) {
            evaluate(selection, expression, mayWait);
        } else {
            read(selection);
        }
    }

    private void nothingMatchedElsewhere(long nextOffset, boolean mayWait) {
        reply.connection().execute(() -> Answering.run(reply, () -> nothingMatched(nextOffset, mayWait)));
    }

    /** A damaged index file is made again, which is waited for once. */
    private void lookWhenRepaired(UncheckedIOException failure) {
        if (waitedForRepair || !(failure.getCause() instanceof IndexDamagedException damaged)) {
            throw failure;
        }
        waitedForRepair = true;
        damaged.repaired().whenComplete((done, error) -> reply.connection().execute(this::lookAgain));
    }

    private void nothingNew(boolean mayWait) {
        if (mayWait) {
            parts.longPolls().park(queue, offset, deadlineNanos, this);
        } else {
            answer(ResponseCode.PULL_NOT_FOUND, max() == 0 ? "NO_MESSAGE_IN_QUEUE" : "OFFSET_OVERFLOW_ONE", offset);
        }
    }

    private void nothingMatched(long nextOffset, boolean mayWait) {
        if (waited && mayWait && nextOffset > offset) {
            // Messages for others must not end the wait, nor be examined again when the next one comes.
            offset = nextOffset;
            reply.connection().execute(this::lookAgain);
        } else {
            answer(ResponseCode.PULL_RETRY_IMMEDIATELY, "NO_MATCHED_MESSAGE", nextOffset);
        }
    }

    private void found(Selection selection) {
        if (isHot(selection) && selection.entries().size() <= MOST_ON_EVENT_LOOP) {
            try {
                read(selection);
            } catch (IOException e) {
                parts.errors().report("a pull from " + queue, e);
                reply.send(Command.failure(ResponseCode.SYSTEM_ERROR, "The log could not be read: " + e.getMessage()));
            }
        } else {
            parts.readThreads().execute(reply, () -> read(selection));
        }
    }

    private boolean isHot(Selection selection) {
        return behindBytes(selection) < ReadAdvice.FAR_BEHIND_BYTES;
    }

    private long behindBytes(Selection selection) {
        return parts.store().positions().committed()
                - selection.entries().get(0).position();
    }

    private void read(Selection selection) throws IOException {
        Body body = reply.allocate(selection.totalBytes());
        try {
            parts.store().read(selection, body.buffer());
        } catch (IOException | RuntimeException e) {
            body.release();
            throw e;
        }
        send(selection, body);
    }

    private void send(Selection selection, Body body) {
        Command answer = Command.response(
                ResponseCode.SUCCESS, "FOUND", fields(selection.nextOffset(), behindBytes(selection)), body);
        // Before it leaves: who has it finds it counted.
        parts.deliveries().count(selection);
        reply.sendDirectly(answer);
    }

    /** Reads the messages, which takes time, and gives those for which the expression is true. */
    private void evaluate(Selection selection, SqlFilter expression, boolean mayWait) throws IOException {
        FilteredMessages found = FilteredMessages.read(parts.store(), selection, expression, maxMessages());
        if (found.selection().entries().isEmpty()) {
            nothingMatchedElsewhere(found.selection().nextOffset(), mayWait);
            return;
        }
        Body body = reply.allocate(found.selection().totalBytes());
        found.writeTo(body.buffer());
        send(found.selection(), body);
    }

    private void answer(int code, String status, long nextOffset) {
        reply.send(Command.response(code, status, fields(nextOffset, 0), Body.EMPTY));
    }

    private Map<String, String> fields(long nextOffset, long behindBytes) {
        long broker = parts.advice().brokerFor(request.consumerGroup(), behindBytes);
        return new PullMessageResponse(broker, nextOffset, parts.store().minOffset(queue), max())
                .writer()
                .put("topicSysFlag", 0)
                .put("groupSysFlag", 0)
                .build();
    }

    private long max() {
        return parts.store().maxOffset(queue);
    }

    private int maxMessages() {
        return Math.max(1, Math.min(request.maxMessages(), MAX_MESSAGES));
    }

    private int maxBytes() {
        return Math.max(1, Math.min(request.maxBytes(), MAX_BYTES));
    }
}
