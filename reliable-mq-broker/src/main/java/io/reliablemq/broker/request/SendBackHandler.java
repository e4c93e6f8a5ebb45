package io.reliablemq.broker.request;

import io.reliablemq.broker.delivery.MessageCopies;
import io.reliablemq.broker.delivery.RetryPolicy;
import io.reliablemq.broker.store.AppendResult;
import io.reliablemq.broker.store.MessageStore;
import io.reliablemq.protocol.command.Command;
import io.reliablemq.protocol.command.ResponseCode;
import io.reliablemq.protocol.header.SendMessageBackRequest;
import io.reliablemq.protocol.message.Names;
import io.reliablemq.protocol.message.PropertyNames;
import io.reliablemq.protocol.message.StoredMessage;
import io.reliablemq.protocol.transport.Reply;
import io.reliablemq.protocol.transport.RequestHandler;
import java.io.IOException;
import java.time.Duration;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes back a message that a consumer could not handle: CONSUMER_SEND_MESSAGE_BACK.
 *
 * <p>The consumer counts the original as done once it has the answer, so success is answered only after the copy, for a
 * retry or for the dead letters, is committed under the same policy as a producer's message.
 */
public final class SendBackHandler implements RequestHandler {

    /** Nobody is given messages of these. */
    private static final Set<String> INTERNAL = Set.of(Names.HALF_TOPIC, Names.ROLLBACK_TOPIC, Names.RECALL_TOPIC);

    private static final Logger LOG = LoggerFactory.getLogger(SendBackHandler.class);

    private final RequestChecks checks;
    private final RetryPolicy policy;
    private final MessageCopies copies;
    private final GroupTopics groupTopics;
    private final MessageStore store;
    private final ReadThreads readThreads;
    private final TakenBack takenBack;
    private final CopiesOnTheirWay onTheirWay;

    public SendBackHandler(
            RequestChecks checks,
            RetryPolicy policy,
            MessageCopies copies,
            GroupTopics groupTopics,
            MessageStore store,
            ReadThreads readThreads,
            TakenBack takenBack) {
        this.checks = checks;
        this.policy = policy;
        this.copies = copies;
        this.groupTopics = groupTopics;
        this.store = store;
        this.readThreads = readThreads;
        this.takenBack = takenBack;
        this.onTheirWay = new CopiesOnTheirWay(store);
    }

    @Override
    public void handle(Command command, Reply reply) {
        SendMessageBackRequest request = SendMessageBackRequest.read(command.fields());
        // Below 0 is no number of attempts; it must not make a dead letter of the first failure.
        int maxTimes = request.maxReconsumeTimes() >= 0
                ? request.maxReconsumeTimes()
                : checks.settings(request.group()).retryMaxTimes();
        checks.groupName(request.group());
        // The message may be an old one, after a long backlog: reading it can take time.
        readThreads.execute(reply, () -> takeBack(request, maxTimes, reply));
    }

    private void takeBack(SendMessageBackRequest request, int maxTimes, Reply reply) throws IOException {
        StoredMessage failed = find(request);
        RetryPolicy.Decision decision =
                policy.decide(request.delayLevel(), request.delay(), MessageCopies.attempts(failed), maxTimes);
        if (decision.deadLetter()) {
            LOG.warn(
                    "Message {} of group {} is a dead letter after {} deliveries",
                    failed.messageId(),
                    request.group(),
                    MessageCopies.attempts(failed) + 1);
            StoredMessage dead = copies.deadLetter(failed, request.group(), request.failure());
            groupTopics.withDeadLetterTopic(
                    request.group(),
                    () -> append(dead, failed, request.group(), reply),
                    reason -> refuse(reply, reason));
        } else {
            StoredMessage again = copies.retry(failed, request.group(), request.failure());
            Duration own = decision.ownDelay();
            StoredMessage retry =
                    own == null ? copies.parked(again, decision.delayLevel()) : copies.parkedFor(again, own);
            groupTopics.withRetryTopic(
                    request.group(),
                    () -> append(retry, failed, request.group(), reply),
                    reason -> refuse(reply, reason));
        }
    }

    private StoredMessage find(SendMessageBackRequest request) throws IOException {
        StoredMessage failed = store.readAt(request.position());
        if (failed == null) {
            throw new RefusedException(
                    ResponseCode.SYSTEM_ERROR, "There is no message at position " + request.position() + " of the log");
        }
        if (MessageCopies.isParking(failed.topic()) || INTERNAL.contains(failed.topic())) {
            // It waits for its delivery, or for its transaction to end; a copy of it would be taken for that by the
            // next start.
            throw new RefusedException(
                    ResponseCode.NO_PERMISSION,
                    "The message at position " + request.position()
                            + " was not delivered to anybody and cannot be sent back");
        }
        String uniqueId = failed.property(PropertyNames.UNIQUE_ID);
        String claimed = request.originMessageId();
        if (claimed != null
                && uniqueId != null
                && !claimed.isEmpty()
                && !claimed.equals(uniqueId)
                && !claimed.equals(failed.offsetMessageId())) {
            // A position from another log: the consumer must not lose its message to somebody else's.
            throw new RefusedException(
                    ResponseCode.SYSTEM_ERROR,
                    "The message at position " + request.position() + " is " + uniqueId + ", not " + claimed);
        }
        return failed;
    }

    private void append(StoredMessage copy, StoredMessage original, String group, Reply reply) {
        Answering.run(
                reply,
                () -> onTheirWay.once(
                        group,
                        original.position(),
                        appended -> store.append(copy, original.position(), appended),
                        result -> answer(result, original, group, reply)));
    }

    private void answer(AppendResult result, StoredMessage original, String group, Reply reply) {
        if (result.status() == AppendResult.Status.COMMITTED) {
            takenBack.told(group, original.position(), result.position());
        }
        reply.send(StoreAnswers.plain(result));
    }

    private static void refuse(Reply reply, String reason) {
        reply.send(Command.failure(ResponseCode.SYSTEM_ERROR, reason));
    }
}
