package io.reliablemq.spring.outbox;

import io.reliablemq.spring.core.OutboxUnavailableException;

/** As many messages wait in the outbox as may: the transaction should roll back, and be tried again later. */
public final class OutboxFullException extends OutboxUnavailableException {

    OutboxFullException(long maxRows) {
        super("The outbox is full: " + maxRows
                + " messages wait to be sent or are parked (reliable-mq.outbox.max-rows)."
                + " See whether a broker can be reached, whether an instance with reliable-mq.outbox.relay.enabled runs,"
                + " and what is parked");
    }
}
