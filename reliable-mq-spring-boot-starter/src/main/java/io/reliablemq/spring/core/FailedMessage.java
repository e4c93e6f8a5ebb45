package io.reliablemq.spring.core;

import io.reliablemq.client.api.BatchFailedException;
import io.reliablemq.client.api.SendFailedException;
import io.reliablemq.protocol.message.Message;
import java.util.ArrayList;
import java.util.List;

/** A message of a send, single or batch, that was not sent, and why. */
record FailedMessage(Message message, RuntimeException failure) {

    static List<FailedMessage> of(List<Message> messages, RuntimeException failure) {
        if (!(failure instanceof BatchFailedException batch)) {
            return messages.stream()
                    .map(message -> new FailedMessage(message, failure))
                    .toList();
        }
        List<FailedMessage> failed = new ArrayList<>();
        for (BatchFailedException.Result result : batch.results()) {
            SendFailedException own = result.failure();
            if (own != null) {
                failed.add(new FailedMessage(result.message(), own));
            }
        }
        return failed;
    }
}
