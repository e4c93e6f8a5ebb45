package io.reliablemq.broker.delivery;

import java.util.function.Consumer;

/**
 * Bounds how many messages are passed over unread: a disk that gives nothing any more must not grow the file of the cursors
 * for ever. Those count from when they are passed, and not only once the cursors tell of them. One for all queues of a
 * {@link DelaySchedule}; owned by its thread.
 */
final class PassedUnread {

    private static final int MAX_UNREADABLE = 10_000;

    private final DelayCursors cursors;
    private int onTheirWay;

    PassedUnread(DelayCursors cursors) {
        this.cursors = cursors;
    }

    /** Whether one more message may be passed over. */
    boolean hasRoom() {
        return cursors.unreadable().size() + onTheirWay < MAX_UNREADABLE;
    }

    /** @param told tells the cursors of it */
    <P> void pass(HandOver<P> handOver, P then, Consumer<P> told) {
        onTheirWay++;
        handOver.passOver(then, progress -> {
            onTheirWay--;
            told.accept(progress);
        });
    }
}
