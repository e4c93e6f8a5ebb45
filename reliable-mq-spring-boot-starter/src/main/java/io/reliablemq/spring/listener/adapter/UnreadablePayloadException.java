package io.reliablemq.spring.listener.adapter;

import io.reliablemq.client.api.NonRetryableException;

/** A message cannot be turned into what its listener takes: its payload cannot be converted or is not valid. */
public final class UnreadablePayloadException extends NonRetryableException {

    UnreadablePayloadException(String message, Exception cause) {
        super(message, cause);
    }
}
