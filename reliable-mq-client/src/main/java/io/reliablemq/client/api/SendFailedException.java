package io.reliablemq.client.api;

import io.reliablemq.protocol.message.Message;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A send did not end in {@code SEND_OK}. Carries the message and every attempt, so that the sender can compensate.
 */
public final class SendFailedException extends RuntimeException {

    private final transient Message sent;
    private final transient List<Attempt> attempts;
    private final long bornTimestamp;
    private final boolean refusedForGood;

    public SendFailedException(String reason, Message message, List<Attempt> attempts) {
        this(reason, message, attempts, 0, false);
    }

    /**
     * @param bornTimestamp see {@link #bornTimestamp()}
     * @param refusedForGood see {@link #isRefusedForGood()}
     */
    public SendFailedException(
            String reason, Message message, List<Attempt> attempts, long bornTimestamp, boolean refusedForGood) {
        super(describe(reason, message, attempts));
        this.sent = message;
        this.attempts = List.copyOf(attempts);
        this.bornTimestamp = bornTimestamp;
        this.refusedForGood = refusedForGood;
    }

    /**
     * The message, with its unique id. Each call gives a body array of its own, so that what one handler keeps is not changed by
     * another, or by the sender.
     */
    public Message sentMessage() {
        return new Message(
                sent.topic(), sent.flag(), sent.properties(), sent.body().clone());
    }

    /** Every attempt in its order, one that was given up before its answer came among them; empty if none was made. */
    public List<Attempt> attempts() {
        return attempts;
    }

    /** Whether some broker may hold the message although the send failed: sending it again may duplicate it. */
    public boolean mayBeStored() {
        return attempts.stream().anyMatch(attempt -> attempt.outcome().mayBeStored());
    }

    /** When the send began, in ms since 1970: the same in every attempt. 0 if it never did. */
    public long bornTimestamp() {
        return bornTimestamp;
    }

    /** Whether a broker refused the message for what it is, so that sending it again cannot help. */
    public boolean isRefusedForGood() {
        return refusedForGood;
    }

    private static String describe(String reason, Message message, List<Attempt> attempts) {
        return "Sending to topic '" + message.topic() + "' failed: " + reason + ". Attempts: "
                + attempts.stream().map(Attempt::toString).collect(Collectors.joining("; ", "[", "]"));
    }
}
