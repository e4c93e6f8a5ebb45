package io.reliablemq.broker.request;

import io.reliablemq.broker.delivery.Recalls;
import io.reliablemq.broker.store.AppendResult;
import io.reliablemq.broker.store.KeyQuery;
import io.reliablemq.broker.store.MessageStore;
import io.reliablemq.broker.store.MessageStore.Entry;
import io.reliablemq.protocol.command.Command;
import io.reliablemq.protocol.command.ResponseCode;
import io.reliablemq.protocol.header.RecallMessageRequest;
import io.reliablemq.protocol.header.RecallMessageResponse;
import io.reliablemq.protocol.message.Names;
import io.reliablemq.protocol.message.PropertyNames;
import io.reliablemq.protocol.message.RecallHandle;
import io.reliablemq.protocol.message.StoredMessage;
import io.reliablemq.protocol.transport.Reply;
import io.reliablemq.protocol.transport.RequestHandler;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Calls back messages that wait for a time of their own: RECALL_MESSAGE. Success is answered once the note is committed. */
final class RecallHandler implements RequestHandler {

    private static final int MAX_FOUND = 32;
    private static final long MAX_BYTES = 64L << 20;

    private final String brokerName;
    private final MessageStore store;
    private final Recalls recalls;
    private final ReadThreads readThreads;

    RecallHandler(String brokerName, MessageStore store, Recalls recalls, ReadThreads readThreads) {
        this.brokerName = brokerName;
        this.store = store;
        this.recalls = recalls;
        this.readThreads = readThreads;
    }

    @Override
    public void handle(Command command, Reply reply) {
        RecallMessageRequest request = RecallMessageRequest.read(command.fields());
        RecallHandle handle = handle(request);
        readThreads.execute(reply, () -> recall(handle, reply));
    }

    private RecallHandle handle(RecallMessageRequest request) {
        RecallHandle handle;
        try {
            handle = RecallHandle.decode(request.handle());
        } catch (IllegalArgumentException e) {
            throw new RefusedException(ResponseCode.ILLEGAL_OPERATION, String.valueOf(e.getMessage()));
        }
        if (!handle.topic().equals(request.topic()) || !handle.brokerName().equals(brokerName)) {
            throw new RefusedException(
                    ResponseCode.ILLEGAL_OPERATION,
                    "The recall handle is one of topic " + handle.topic() + " on broker " + handle.brokerName()
                            + ", not of topic " + request.topic() + " on broker " + brokerName);
        }
        return handle;
    }

    private void recall(RecallHandle handle, Reply reply) throws IOException {
        StoredMessage parked = find(handle);
        if (parked == null) {
            throw new RefusedException(
                    ResponseCode.ILLEGAL_OPERATION,
                    "No message " + handle.uniqueId() + " of topic " + handle.topic()
                            + " waits here for the time of the recall handle");
        }
        recalls.recall(parked, handle.dueMs(), new Recalls.Outcome() {
            @Override
            public void noted(AppendResult result) {
                reply.send(StoreAnswers.answer(result, () -> new RecallMessageResponse(handle.uniqueId()).fields()));
            }

            @Override
            public void tooLate() {
                reply.send(Command.failure(
                        ResponseCode.ILLEGAL_OPERATION,
                        "The message " + handle.uniqueId() + " cannot be called back: its time has come"));
            }
        });
    }

    private @Nullable StoredMessage find(RecallHandle handle) throws IOException {
        KeyQuery query = new KeyQuery(
                Names.TIMER_TOPIC, handle.uniqueId(), KeyQuery.Kind.UNIQUE_ID, MAX_FOUND, MAX_BYTES, 0, Long.MAX_VALUE);
        String dueMs = Long.toString(handle.dueMs());
        for (Entry entry : store.query(query).entries()) {
            StoredMessage found = store.readAt(entry.position());
            if (found != null
                    && handle.topic().equals(found.property(PropertyNames.REAL_TOPIC))
                    && dueMs.equals(found.property(PropertyNames.TIMER_OUT_MILLIS))) {
                return found;
            }
        }
        return null;
    }
}
