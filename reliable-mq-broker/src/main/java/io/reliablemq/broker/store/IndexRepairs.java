package io.reliablemq.broker.store;

import io.reliablemq.broker.store.index.DamagedFiles;
import io.reliablemq.broker.store.index.DamagedFiles.Repair;
import io.reliablemq.broker.store.index.IndexedMessage;
import io.reliablemq.broker.store.index.QueueIndex;
import io.reliablemq.broker.store.index.SegmentRebuild;
import io.reliablemq.broker.store.log.SegmentReplay;
import io.reliablemq.broker.store.log.Segments;
import io.reliablemq.protocol.message.MessageSummary;
import io.reliablemq.protocol.runtime.Agent;
import io.reliablemq.protocol.runtime.ErrorSink;
import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes index files again that were found damaged, each from its segment; owned by the segment keeper. */
final class IndexRepairs {

    private static final Logger LOG = LoggerFactory.getLogger(IndexRepairs.class);

    private final DamagedFiles damaged;
    private final QueueIndex queues;
    private final Segments segments;
    private final ErrorSink errors;

    IndexRepairs(DamagedFiles damaged, QueueIndex queues, Segments segments, ErrorSink errors) {
        this.damaged = damaged;
        this.queues = queues;
        this.segments = segments;
        this.errors = errors;
    }

    /**
     * Does all that there is to do. A file that cannot be made again does not keep others from it.
     *
     * @return {@link Agent#UNTIL_SIGNAL}
     */
    long run() {
        for (Repair repair; (repair = damaged.next()) != null; ) {
            try {
                make(repair);
                damaged.done(repair);
            } catch (IOException | RuntimeException e) {
                errors.report("making an index file again for the segment at " + repair.segmentBase(), e);
                damaged.failed(repair, e);
            }
        }
        return Agent.UNTIL_SIGNAL;
    }

    /** Nothing is left to do for a segment that was deleted meanwhile. */
    private void make(Repair repair) throws IOException {
        segments.forEachEnded(repair.segmentBase(), (base, next) -> {
            if (base == repair.segmentBase()) {
                rebuild(repair, next);
            }
        });
    }

    private void rebuild(Repair repair, long next) throws IOException {
        long base = repair.segmentBase();
        SegmentRebuild rebuild = repair.index().rebuild(base, next);
        SegmentReplay.run(segments, base, (position, origin, payload) -> {
            MessageSummary message = MessageSummary.read(payload);
            rebuild.add(IndexedMessage.of(
                    message, queues.queue(message.topic(), message.queueId()), base, position, payload.remaining()));
        });
        rebuild.finish();
        LOG.info("An index file of the segment at {} was made again", base);
    }
}
