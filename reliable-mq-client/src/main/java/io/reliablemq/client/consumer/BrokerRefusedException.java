package io.reliablemq.client.consumer;

import io.reliablemq.protocol.command.Command;

/** A broker answered a request with an error, or there is no broker to ask. The text says which request and why. */
final class BrokerRefusedException extends RuntimeException {

    BrokerRefusedException(String message) {
        super(message);
    }

    /** @param what what was asked of the broker, to follow "does not" */
    static BrokerRefusedException answered(String what, Command answer) {
        return new BrokerRefusedException(
                "The broker does not " + what + ": it answered " + answer.code() + " " + answer.remarkText());
    }
}
