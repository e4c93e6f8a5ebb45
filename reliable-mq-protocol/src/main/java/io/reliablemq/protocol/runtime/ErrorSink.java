package io.reliablemq.protocol.runtime;

/** Where errors go that a loop survives. Called from any thread. */
@FunctionalInterface
public interface ErrorSink {

    void report(String where, Throwable error);
}
