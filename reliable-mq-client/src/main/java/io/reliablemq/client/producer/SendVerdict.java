package io.reliablemq.client.producer;

import io.reliablemq.client.agent.Causes;
import io.reliablemq.client.api.Attempt.Outcome;
import io.reliablemq.client.producer.BrokerHealth.Reason;
import io.reliablemq.protocol.command.Command;
import io.reliablemq.protocol.command.ResponseCode;
import io.reliablemq.protocol.header.MalformedHeaderException;
import io.reliablemq.protocol.header.SendMessageResponse;
import io.reliablemq.protocol.transport.TransportException;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the end of one attempt means.
 *
 * @param stored where the broker has put the message; null where it did not say
 * @param retry where another attempt may help
 * @param failure why other sends should leave the broker out for a while; null if they should not
 */
record SendVerdict(
        Outcome outcome,
        String detail,
        @Nullable SendMessageResponse stored,
        Retry retry,
        @Nullable Reason failure) {

    /** Where another attempt may help. */
    enum Retry {
        ANYWHERE,
        /** On a broker that was not tried yet. */
        ELSEWHERE,
        NOWHERE
    }

    /** Refusals that another broker may not repeat. */
    private static final Set<Integer> RETRIED = Set.of(
            ResponseCode.SYSTEM_ERROR,
            ResponseCode.SYSTEM_BUSY,
            ResponseCode.SERVICE_NOT_AVAILABLE,
            ResponseCode.NO_PERMISSION,
            ResponseCode.NO_BUYER_ID,
            ResponseCode.NOT_IN_CURRENT_UNIT,
            ResponseCode.FLOW_CONTROL,
            ResponseCode.GO_AWAY);

    /** Refusals that concern the broker as a whole, not this topic or message. */
    private static final Set<Integer> BROKER_WIDE =
            Set.of(ResponseCode.SYSTEM_BUSY, ResponseCode.SERVICE_NOT_AVAILABLE, ResponseCode.GO_AWAY);

    static SendVerdict onAnswer(Command answer, boolean retryNotStoreOk) {
        return switch (answer.code()) {
            case ResponseCode.SUCCESS -> stored(Outcome.SEND_OK, answer, false);
            case ResponseCode.FLUSH_DISK_TIMEOUT -> stored(Outcome.FLUSH_DISK_TIMEOUT, answer, retryNotStoreOk);
            case ResponseCode.FLUSH_SLAVE_TIMEOUT -> stored(Outcome.FLUSH_SLAVE_TIMEOUT, answer, retryNotStoreOk);
            case ResponseCode.SLAVE_NOT_AVAILABLE -> stored(Outcome.SLAVE_NOT_AVAILABLE, answer, retryNotStoreOk);
            default -> refused(answer);
        };
    }

    /** The broker delivers a reply before it stores it, so that how safely it is stored is all the same. */
    static SendVerdict onAnswerToReply(Command answer) {
        return switch (answer.code()) {
            case ResponseCode.SUCCESS,
                    ResponseCode.FLUSH_DISK_TIMEOUT,
                    ResponseCode.FLUSH_SLAVE_TIMEOUT,
                    ResponseCode.SLAVE_NOT_AVAILABLE -> stored(Outcome.SEND_OK, answer, false);
            default -> refused(answer);
        };
    }

    /** A one-way send is over when it is written: nobody will say where it was stored, or whether it was. */
    static SendVerdict written(TargetQueue target) {
        return new SendVerdict(
                Outcome.SEND_OK,
                "one-way",
                new SendMessageResponse("", target.queueId(), -1, null, null),
                Retry.NOWHERE,
                null);
    }

    private static SendVerdict stored(Outcome outcome, Command answer, boolean retryable) {
        try {
            SendMessageResponse response = SendMessageResponse.read(answer.fields());
            return new SendVerdict(
                    outcome,
                    answer.remarkText(),
                    response,
                    retryable ? Retry.ANYWHERE : Retry.NOWHERE,
                    retryable ? Reason.WORK : null);
        } catch (MalformedHeaderException e) {
            String detail = "code " + answer.code() + ", but " + e.getMessage();
            return new SendVerdict(Outcome.UNREADABLE_ANSWER, detail, null, Retry.ANYWHERE, null);
        }
    }

    private static SendVerdict refused(Command answer) {
        int code = answer.code();
        Outcome outcome = code == ResponseCode.SYSTEM_ERROR ? Outcome.BROKER_ERROR : Outcome.REFUSED;
        String detail = "code " + code + " " + answer.remarkText();
        return new SendVerdict(outcome, detail, null, retry(code), BROKER_WIDE.contains(code) ? Reason.WORK : null);
    }

    private static Retry retry(int code) {
        if (code == ResponseCode.TOPIC_NOT_EXIST) {
            // Not every broker of a route need have a topic; the one that was asked will not get it by being asked
            // again.
            return Retry.ELSEWHERE;
        }
        return RETRIED.contains(code) ? Retry.ANYWHERE : Retry.NOWHERE;
    }

    static SendVerdict onError(Throwable error) {
        Throwable cause = Causes.of(error);
        if (!(cause instanceof TransportException transport)) {
            // A request that fits into no frame never will.
            Retry retry = cause instanceof IllegalArgumentException ? Retry.NOWHERE : Retry.ANYWHERE;
            return new SendVerdict(Outcome.NOT_SENT, cause.toString(), null, retry, null);
        }
        String detail = Causes.text(transport);
        return switch (transport.kind()) {
            case CONNECT_FAILED -> new SendVerdict(Outcome.NOT_SENT, detail, null, Retry.ANYWHERE, Reason.CONNECTION);
            case OVERLOADED -> new SendVerdict(Outcome.NOT_SENT, detail, null, Retry.ANYWHERE, null);
            case TIMED_OUT -> new SendVerdict(Outcome.TIMED_OUT, detail, null, Retry.ANYWHERE, Reason.WORK);
            case CONNECTION_CLOSED ->
                new SendVerdict(Outcome.CONNECTION_LOST, detail, null, Retry.ANYWHERE, Reason.CONNECTION);
        };
    }
}
