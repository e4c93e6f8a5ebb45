package io.reliablemq.broker.lab;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.reliablemq.broker.group.CommittedOffsets;
import io.reliablemq.broker.store.LogMessageStore;
import io.reliablemq.broker.store.QueueKey;
import io.reliablemq.broker.store.file.AtomicFile;
import io.reliablemq.protocol.body.JsonBodies;
import io.reliablemq.protocol.command.Body;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** A group that commits offsets now and then, and what must be left of them: those stored last, or some stored since. */
final class StoredOffsets {

    private static final String GROUP = "readers";

    private final Random chance;
    private final Map<QueueKey, Long> current = new HashMap<>();

    /** Contents that may stand in the file: the one stored last, and those of attempts that followed. */
    private final List<Map<QueueKey, Long>> candidates = new ArrayList<>(List.of(Map.of()));

    private CommittedOffsets offsets;
    private boolean changed;

    /** The file, as it is described. */
    private record Content(@JsonProperty("offsets") Map<String, Map<String, Map<Integer, Long>>> offsets) {}

    StoredOffsets(Random chance) {
        this.chance = chance;
    }

    void commit(LogMessageStore store) {
        for (QueueKey queue : store.queues()) {
            long offset = chance.nextInt((int) store.maxOffset(queue) + 1);
            offsets.commit(GROUP, queue, offset);
            Long before = current.put(queue, offset);
            changed |= before == null || before != offset;
        }
    }

    void persist() throws IOException {
        candidates.add(Map.copyOf(current));
        offsets.persist();
    }

    /** Nothing failed while they were stored, so they must be there from now on. */
    void persisted() {
        if (changed) {
            candidates.subList(0, candidates.size() - 1).clear();
            changed = false;
        }
    }

    void load(AtomicFile file, LogMessageStore store) throws IOException {
        byte[] stored = file.read();
        if (stored != null) {
            JsonBodies.read(Body.of(stored), Content.class)
                    .offsets()
                    .forEach((group, topics) ->
                            topics.forEach((topic, queues) -> queues.forEach((queueId, offset) -> assertThat(offset)
                                    .as("stored offset of %s %d", topic, queueId)
                                    .isLessThanOrEqualTo(store.maxOffset(new QueueKey(topic, queueId))))));
        }
        offsets = CommittedOffsets.load(file, store);
    }

    /** To be called once a start has succeeded. */
    void check() {
        Map<QueueKey, Long> found = new HashMap<>();
        for (String topic : offsets.topics(GROUP)) {
            for (int queueId = 0; queueId < 64; queueId++) {
                Long offset = offsets.find(GROUP, new QueueKey(topic, queueId));
                if (offset != null) {
                    found.put(new QueueKey(topic, queueId), offset);
                }
            }
        }
        assertThat(candidates).as("offsets found after a start").contains(found);
        // Not all others are out: what a killed process left in the cache may yet be lost.
        candidates.add(Map.copyOf(found));
        current.clear();
        current.putAll(found);
        changed = false;
    }
}
