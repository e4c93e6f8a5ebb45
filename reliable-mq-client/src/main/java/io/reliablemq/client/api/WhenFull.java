package io.reliablemq.client.api;

/** What an asynchronous send does when as many are in flight as may be. */
public enum WhenFull {
    /** It waits for a place, as long as its own time lasts; then it has failed as others do. */
    WAIT,
    /** It fails at once, without an attempt, and without asking a {@link SendFailureHandler}. */
    FAIL
}
