package io.reliablemq.sample.order;

import io.reliablemq.client.api.Attempt;
import io.reliablemq.client.api.SendFailedException;
import io.reliablemq.client.api.SendReceipt;
import io.reliablemq.client.api.SendStatus;
import io.reliablemq.protocol.message.Message;
import java.time.Duration;
import java.util.List;

/** What a broker may answer to a send. */
public final class Sends {

    public static SendReceipt receipt(String topic) {
        return new SendReceipt(
                SendStatus.SEND_OK,
                "id-1",
                "offset-id-1",
                topic,
                "broker-a",
                0,
                7,
                null,
                List.of(attempt(Attempt.Outcome.SEND_OK, "")));
    }

    public static SendFailedException failure(Message message) {
        return new SendFailedException(
                "no attempt ended in SEND_OK",
                message,
                List.of(
                        attempt(Attempt.Outcome.FLUSH_DISK_TIMEOUT, "the disk did not answer"),
                        attempt(Attempt.Outcome.TIMED_OUT, "")));
    }

    private static Attempt attempt(Attempt.Outcome outcome, String detail) {
        return new Attempt("broker-a", "127.0.0.1:10911", 0, Duration.ofMillis(12), outcome, detail);
    }

    private Sends() {}
}
