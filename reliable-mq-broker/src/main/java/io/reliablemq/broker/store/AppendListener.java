package io.reliablemq.broker.store;

/**
 * Learns how an append ended. Called exactly once, by the thread that moved the commit point (or swept the deadline):
 * must be quick and must not throw.
 */
@FunctionalInterface
public interface AppendListener {

    void done(AppendResult result);
}
