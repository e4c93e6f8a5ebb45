package io.reliablemq.broker.store.log;

import java.io.IOException;

/** The next segment could not be made, for want of file handles for instance. No record was touched, and it may be tried again. */
final class NoSegmentException extends IOException {

    NoSegmentException(IOException cause) {
        super("The next log file could not be made: " + cause.getMessage(), cause);
    }
}
