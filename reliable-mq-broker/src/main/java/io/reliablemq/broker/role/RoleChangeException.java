package io.reliablemq.broker.role;

/** A role was not changed; the message says why, and what to do next. Everything is as it was before. */
public final class RoleChangeException extends Exception {

    private static final long serialVersionUID = 1L;

    public RoleChangeException(String message) {
        super(message);
    }

    public RoleChangeException(String message, Throwable cause) {
        super(message, cause);
    }
}
