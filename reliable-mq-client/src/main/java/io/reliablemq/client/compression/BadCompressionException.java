package io.reliablemq.client.compression;

import org.jspecify.annotations.Nullable;

/** A body cannot be inflated: it is damaged, too large, or of a format whose library is missing. */
public final class BadCompressionException extends Exception {

    BadCompressionException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
