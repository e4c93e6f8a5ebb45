package io.reliablemq.broker.role;

import java.io.IOException;

/** A file could not be written, nor its old content be brought back: what it says after a crash is not known. */
public final class RoleInDoubtException extends IOException {

    private static final long serialVersionUID = 1L;

    RoleInDoubtException(String message, IOException cause) {
        super(message, cause);
    }
}
