package io.reliablemq.broker.request;

import io.reliablemq.broker.figures.Figure;
import io.reliablemq.broker.figures.Figures;
import io.reliablemq.broker.figures.Rates;
import io.reliablemq.broker.store.MessageStore;
import io.reliablemq.protocol.runtime.Clock;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * What the broker says about itself to administrators, in the protocol's words where it has some: its tools show rates,
 * age and disk. Beside these stand all figures by their own names. Thread-safe.
 */
public final class RuntimeFigures {

    private static final String PREFIX = "reliable.mq.broker.";

    private final String brokerName;
    private final MessageStore store;
    private final Figures figures;
    private final Clock clock;
    private final long startedAtMs;
    private final Rates put;
    private final Rates transferred;

    /** @param figures those of the store among them */
    public RuntimeFigures(String brokerName, MessageStore store, Deliveries deliveries, Figures figures, Clock clock) {
        this.brokerName = brokerName;
        this.store = store;
        this.figures = figures;
        this.clock = clock;
        this.startedAtMs = clock.wallMs();
        Figures ofStore = store.figures();
        this.put = new Rates(() -> (long) value(ofStore.read(), "log.appended"), clock);
        this.transferred = new Rates(deliveries::messages, clock);
    }

    /** To be called every {@link Rates#PERIOD}. */
    public void sample() {
        put.sample();
        transferred.sample();
    }

    String brokerName() {
        return brokerName;
    }

    /** @throws IOException if the first message cannot be read */
    Map<String, String> table() throws IOException {
        MessageStore.Positions positions = store.positions();
        Map<String, String> table = new TreeMap<>();
        table.put("brokerVersionDesc", "V5_5_0");
        table.put("brokerActive", Boolean.toString(store.failure() == null));
        table.put("bootTimestamp", Long.toString(startedAtMs));
        table.put("runtime", "[ " + (clock.wallMs() - startedAtMs) / 1000 + " seconds ]");
        table.put("commitLogMinOffset", Long.toString(positions.min()));
        table.put("commitLogMaxOffset", Long.toString(positions.written()));
        table.put("flushedPosition", Long.toString(positions.flushed()));
        table.put("committedPosition", Long.toString(positions.committed()));
        table.put("putTps", put.text());
        table.put("getTransferredTps", transferred.text());
        long earliest = store.earliestTimestamp();
        if (earliest >= 0) {
            table.put("earliestMessageTimeStamp", Long.toString(earliest));
        }
        List<Figure> now = figures.read();
        double size = value(now, "disk.size");
        if (size > 0) {
            double used = 1 - value(now, "disk.free") / size;
            table.put("commitLogDiskRatio", String.format(Locale.ROOT, "%.4f", used));
        }
        now.forEach(figure -> add(figure, table));
        return table;
    }

    private static double value(List<Figure> figures, String name) {
        return figures.stream()
                .filter(figure -> figure.name().equals(PREFIX + name))
                .mapToDouble(Figure::value)
                .sum();
    }

    private static void add(Figure figure, Map<String, String> table) {
        String name = figure.name().substring(PREFIX.length())
                + (figure.tags().isEmpty() ? "" : figure.tags().toString());
        if (figure.histogram() == null) {
            table.put(name, text(figure.value()));
        } else {
            table.put(name + ".count", text(figure.histogram().count()));
            table.put(name + ".sum", text(figure.histogram().sum()));
            table.put(name + ".max", text(figure.histogram().max()));
        }
    }

    private static String text(double value) {
        return value == Math.rint(value) && Math.abs(value) < 1L << 53
                ? Long.toString((long) value)
                : Double.toString(value);
    }
}
