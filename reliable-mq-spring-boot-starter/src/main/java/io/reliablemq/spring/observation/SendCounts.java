package io.reliablemq.spring.observation;

import io.reliablemq.client.api.Attempt;
import io.reliablemq.client.api.SendStatus;
import java.util.List;

/** Hears of every send, to count it. Called by several threads at once; be quick and do not throw. */
public interface SendCounts {

    /** Counts nothing. */
    SendCounts NONE = new SendCounts() {};

    /** Messages are being sent; one of the other methods follows, once. */
    default void started(String topic, int messages) {}

    default void succeeded(String topic, int messages, SendStatus status, List<Attempt> attempts) {}

    default void failed(String topic, int messages, SendFailure failure) {}

    /** A one-way send: nobody will know how it ended. */
    default void oneWay(String topic) {}
}
