package io.reliablemq.broker.store;

import io.reliablemq.broker.figures.Figure;
import io.reliablemq.broker.figures.Figures;
import io.reliablemq.broker.store.file.DataFolder;
import io.reliablemq.broker.store.file.StoreFiles;
import io.reliablemq.broker.store.log.LogScrubber;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** What the store says of its disk: the room that is left, what retention deletes, what scrubbing finds. */
final class DiskFigures implements Figures {

    private static final String PREFIX = "reliable.mq.broker.";

    private final DataFolder data;
    private final StoreSettings.Retention settings;
    private final DiskSpace space;
    private final Retention retention;
    private final LogScrubber scrubber;
    private final RecoveryReport recovery;

    DiskFigures(
            DataFolder data,
            StoreSettings.Retention settings,
            DiskSpace space,
            Retention retention,
            LogScrubber scrubber,
            RecoveryReport recovery) {
        this.data = data;
        this.settings = settings;
        this.space = space;
        this.retention = retention;
        this.scrubber = scrubber;
        this.recovery = recovery;
    }

    @Override
    public List<Figure> read() {
        List<Figure> figures = new ArrayList<>(room());
        RetentionFigures deleted = retention.figures();
        figures.addAll(List.of(
                bytes("disk.reserve", "Room that is kept for the broker itself", settings.reserveBytes()),
                Figure.gauge(
                        PREFIX + "disk.low",
                        "",
                        "1 while producers are refused since the reserve is touched",
                        space.isLow() ? 1 : 0),
                Figure.counter(
                        PREFIX + "retention.segments",
                        "",
                        "Files of the log that were deleted since their time or size was over",
                        deleted.segmentsDeleted()),
                Figure.counter(
                        PREFIX + "retention.deleted", Figure.BYTES, "Bytes of log in these", deleted.bytesDeleted()),
                Figure.gauge(
                        PREFIX + "retention.kept",
                        "",
                        "Files of the log that are over their time or size and hold what must be kept",
                        deleted.kept()),
                Figure.counter(
                        PREFIX + "scrub.read",
                        Figure.BYTES,
                        "Bytes of log that were read again to find damage",
                        scrubber.bytesRead()),
                Figure.counter(PREFIX + "scrub.rounds", "", "How often the whole log was", scrubber.rounds()),
                Figure.gauge(
                        PREFIX + "log.damage.found",
                        "",
                        "Places of the log that were found damaged since the start",
                        scrubber.findings().size()),
                Figure.gauge(
                        PREFIX + "log.damage.aside",
                        "",
                        "Ranges of the log that are set aside since they cannot be read",
                        recovery.damagedRanges())));
        return figures;
    }

    /** Nothing where the system does not tell: a figure of 0 would be a lie. */
    private List<Figure> room() {
        try {
            StoreFiles.Space now = data.space();
            return List.of(
                    bytes("disk.size", "File system of the data folder", now.total()),
                    bytes("disk.free", "What the broker may still write there", now.usable()));
        } catch (IOException e) {
            return List.of();
        }
    }

    private static Figure bytes(String name, String help, long value) {
        return Figure.gauge(PREFIX + name, Figure.BYTES, help, value);
    }
}
