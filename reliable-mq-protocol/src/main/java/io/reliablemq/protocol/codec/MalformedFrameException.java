package io.reliablemq.protocol.codec;

import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Bytes that are no frame of the protocol. The connection they came on cannot be read any further. */
public final class MalformedFrameException extends RuntimeException {

    private static final Pattern CONTROL_CHARACTERS = Pattern.compile("\\p{Cntrl}");

    MalformedFrameException(String message) {
        this(message, null);
    }

    MalformedFrameException(String message, @Nullable Throwable cause) {
        // Parts of the message may be the other side's text: it must not break out of its log line.
        super(CONTROL_CHARACTERS.matcher(message).replaceAll("?"), cause);
    }
}
