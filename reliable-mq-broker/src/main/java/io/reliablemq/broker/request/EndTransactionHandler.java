package io.reliablemq.broker.request;

import io.reliablemq.broker.store.AppendResult;
import io.reliablemq.broker.store.MessageStore;
import io.reliablemq.broker.transaction.HalfMessage;
import io.reliablemq.broker.transaction.OpenTransactions;
import io.reliablemq.broker.transaction.OpenTransactions.End;
import io.reliablemq.broker.transaction.OpenTransactions.Open;
import io.reliablemq.protocol.command.Command;
import io.reliablemq.protocol.command.ResponseCode;
import io.reliablemq.protocol.header.EndTransactionRequest;
import io.reliablemq.protocol.message.StoredMessage;
import io.reliablemq.protocol.message.SystemFlag;
import io.reliablemq.protocol.transport.Reply;
import io.reliablemq.protocol.transport.RequestHandler;
import java.io.IOException;

/**
 * Ends transactions: END_TRANSACTION. Success is answered once the message that was committed, or the note of the rollback, is as
 * safe as the policy asks. A producer that says the same again hears success again.
 */
final class EndTransactionHandler implements RequestHandler {

    private final OpenTransactions transactions;
    private final Placement placement;
    private final MessageStore store;
    private final ReadThreads readThreads;

    EndTransactionHandler(
            OpenTransactions transactions, Placement placement, MessageStore store, ReadThreads readThreads) {
        this.transactions = transactions;
        this.placement = placement;
        this.store = store;
        this.readThreads = readThreads;
    }

    @Override
    public void handle(Command command, Reply reply) {
        EndTransactionRequest request = EndTransactionRequest.read(command.fields());
        switch (request.decision()) {
            // It does not know yet, and is asked again.
            case 0 -> reply.send(Command.success());
            case SystemFlag.TRANSACTION_COMMIT -> readThreads.execute(reply, () -> end(request, End.COMMITTED, reply));
            case SystemFlag.TRANSACTION_ROLLBACK ->
                readThreads.execute(reply, () -> end(request, End.ROLLED_BACK, reply));
            default ->
                throw new RefusedException(
                        ResponseCode.INVALID_PARAMETER,
                        "commitOrRollback is " + request.decision()
                                + "; it must be 8 for a commit, 12 for a rollback, or 0 for neither");
        }
    }

    private void end(EndTransactionRequest request, End how, Reply reply) throws IOException {
        StoredMessage half = find(request);
        // Made before the claim, since it may be refused.
        StoredMessage last =
                how == End.COMMITTED ? placement.of(HalfMessage.committed(half)).message() : HalfMessage.rollback(half);
        Open claimed = transactions.claim(half.queueOffset());
        if (claimed == null) {
            endedBefore(half, how, reply);
            return;
        }
        store.append(last, half.position(), result -> settle(claimed, how, result, reply));
    }

    private StoredMessage find(EndTransactionRequest request) throws IOException {
        StoredMessage half = store.readAt(OpenTransactions.HALVES, request.halfOffset());
        if (half == null
                || half.position() != request.halfPosition()
                || !request.producerGroup().equals(HalfMessage.producerGroup(half))) {
            throw new RefusedException(
                    ResponseCode.SYSTEM_ERROR,
                    "The group " + request.producerGroup() + " has no half message " + request.halfOffset()
                            + " at position " + request.halfPosition());
        }
        return half;
    }

    private void endedBefore(StoredMessage half, End how, Reply reply) {
        End before = transactions.endOf(half.queueOffset());
        if (before == how && transactions.isEndSafe(half.queueOffset())) {
            reply.send(Command.success());
        } else if (before == how) {
            reply.send(Command.failure(
                    ResponseCode.FLUSH_DISK_TIMEOUT,
                    "The transaction has ended so, but what ended it is not yet as safe as it should be"));
        } else {
            throw new RefusedException(
                    ResponseCode.SYSTEM_ERROR,
                    "The transaction of message " + half.messageId() + " "
                            + (before == null ? "has ended or is about to end" : "has ended: " + before));
        }
    }

    private void settle(Open claimed, End how, AppendResult result, Reply reply) {
        if (result.status().isStored()) {
            transactions.ended(claimed, how, result.position());
        } else if (result.status().isRefused()) {
            transactions.release(claimed);
        }
        // Otherwise only the next start can tell how it ended, and until then nothing is stored.
        reply.send(StoreAnswers.plain(result));
    }
}
