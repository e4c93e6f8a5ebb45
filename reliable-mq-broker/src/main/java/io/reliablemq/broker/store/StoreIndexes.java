package io.reliablemq.broker.store;

import io.reliablemq.broker.figures.Figure;
import io.reliablemq.broker.figures.Figures;
import io.reliablemq.broker.store.index.DamagedFiles;
import io.reliablemq.broker.store.index.QueueIndex;
import io.reliablemq.broker.store.index.SegmentIndexes;
import io.reliablemq.broker.store.index.key.KeyIndex;
import io.reliablemq.broker.store.index.timer.TimerIndex;
import io.reliablemq.broker.store.log.LogFolder;
import java.util.List;

/** The indexes of a store, each by its own type, and all of them as they are fed. */
record StoreIndexes(QueueIndex queues, KeyIndex keys, TimerIndex timers, SegmentIndexes all, DamagedFiles damaged)
        implements Figures {

    static StoreIndexes in(LogFolder folder) {
        DamagedFiles damaged = new DamagedFiles();
        QueueIndex queues = new QueueIndex(folder.files(), base -> folder.beside(base, QueueIndex.EXTENSION), damaged);
        KeyIndex keys = new KeyIndex(folder.files(), base -> folder.beside(base, KeyIndex.EXTENSION), damaged);
        TimerIndex timers = new TimerIndex(folder.files(), base -> folder.beside(base, TimerIndex.EXTENSION), damaged);
        return new StoreIndexes(queues, keys, timers, new SegmentIndexes(List.of(queues, keys, timers)), damaged);
    }

    @Override
    public List<Figure> read() {
        return List.of(Figure.counter(
                "reliable.mq.broker.index.damaged",
                "files",
                "Index files found damaged or missing while running, which were made again from the log",
                damaged.found()));
    }
}
