package io.reliablemq.broker.filter;

/** The truth values of SQL. */
enum Truth {
    TRUE,
    FALSE,
    /** Something that was compared does not exist, or cannot be compared. */
    UNKNOWN;

    static Truth of(boolean value) {
        return value ? TRUE : FALSE;
    }

    Truth not() {
        return switch (this) {
            case TRUE -> FALSE;
            case FALSE -> TRUE;
            case UNKNOWN -> UNKNOWN;
        };
    }
}
