package io.reliablemq.client.consumer;

import io.reliablemq.protocol.command.Command;
import io.reliablemq.protocol.command.ResponseCode;

/** A broker answered a request with an error, or there is no broker to ask. The text says which request and why. */
final class BrokerRefusedException extends RuntimeException {

    private static final int NO_ANSWER = -1;

    private final int code;

    /** There is no broker to ask. */
    BrokerRefusedException(String message) {
        this(message, NO_ANSWER);
    }

    /** @param code of the answer */
    BrokerRefusedException(String message, int code) {
        super(message);
        this.code = code;
    }

    /** Whether a broker has answered, and would not answer otherwise only because it has less to do or more room. */
    boolean isForGood() {
        return switch (code) {
            case NO_ANSWER, ResponseCode.SYSTEM_BUSY, ResponseCode.SERVICE_NOT_AVAILABLE, ResponseCode.FLOW_CONTROL ->
                false;
            default -> true;
        };
    }

    /** @param what what was asked of the broker, to follow "does not" */
    static BrokerRefusedException answered(String what, Command answer) {
        return new BrokerRefusedException(
                "The broker does not " + what + ": it answered " + answer.code() + " " + answer.remarkText(),
                answer.code());
    }
}
