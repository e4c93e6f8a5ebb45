package io.reliablemq.broker.store;

import io.reliablemq.broker.store.log.SegmentKeeper.Chores;
import io.reliablemq.protocol.runtime.Agent;
import java.io.IOException;
import java.util.List;

/** Chores one after the other. One that fails does not keep the others from their work; all failures are told together. */
final class SegmentChores implements Chores {

    private final List<Chores> chores;

    SegmentChores(Chores... chores) {
        this.chores = List.of(chores);
    }

    @Override
    public long run() throws IOException {
        long next = Agent.UNTIL_SIGNAL;
        IOException failure = null;
        for (Chores chore : chores) {
            try {
                next = Math.min(next, chore.run());
            } catch (IOException e) {
                if (failure == null) {
                    failure = e;
                } else {
                    failure.addSuppressed(e);
                }
            }
        }
        if (failure != null) {
            throw failure;
        }
        return next;
    }
}
