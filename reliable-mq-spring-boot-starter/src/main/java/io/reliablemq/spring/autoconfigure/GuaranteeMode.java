package io.reliablemq.spring.autoconfigure;

/** What is done about a configuration that can lose acknowledged messages. */
public enum GuaranteeMode {
    /** It is reported. */
    REPORT,
    /** The application does not start. */
    STRICT
}
