package io.reliablemq.spring.guarantee;

/** What a finding means for an acknowledged message. */
public enum Severity {
    /** One failure, or ordinary running, loses it. */
    CAN_LOSE,
    /** Nobody tells whether it can be lost, which counts as if it could. */
    UNKNOWN,
    /** It is not lost: it may come twice, wait, or need somebody's attention; or it takes two failures at once. */
    ADVICE
}
