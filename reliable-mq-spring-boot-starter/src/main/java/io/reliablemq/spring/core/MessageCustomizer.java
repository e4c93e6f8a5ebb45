package io.reliablemq.spring.core;

import io.reliablemq.protocol.message.Message;

/**
 * Changes each message of a template before it is sent or handed to the outbox, to add a property to all of them for instance.
 * Called on the sending thread, by several at once; an exception ends the send.
 */
@FunctionalInterface
public interface MessageCustomizer {

    Message customize(Message message);
}
