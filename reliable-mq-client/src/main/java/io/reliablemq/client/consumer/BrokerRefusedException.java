package io.reliablemq.client.consumer;

/** A broker answered a request with an error, or there is no broker to ask. The text says which request and why. */
final class BrokerRefusedException extends RuntimeException {

    BrokerRefusedException(String message) {
        super(message);
    }
}
