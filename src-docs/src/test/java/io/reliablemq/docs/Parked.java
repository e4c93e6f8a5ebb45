package io.reliablemq.docs;

import io.reliablemq.spring.outbox.ParkedMessage;
import io.reliablemq.spring.outbox.ParkedMessages;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Snippet of the page "The outbox". */
final class Parked {

    private static final Logger log = LoggerFactory.getLogger(Parked.class);

    static void look(ParkedMessages parkedMessages) {
        // tag::parked[]
        for (ParkedMessage message : parkedMessages.list(100)) {
            log.info("{} to {}: {}", message.messageId(), message.topic(), message.reason());
        }
        parkedMessages.resendAll();
        // end::parked[]
    }

    private Parked() {}
}
