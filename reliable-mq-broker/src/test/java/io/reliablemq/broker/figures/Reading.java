package io.reliablemq.broker.figures;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;

/** Finds one figure among many. */
public final class Reading {

    /** @param tags values that the figure must have, whatever their keys */
    public static Figure figure(Figures figures, String name, String... tags) {
        List<Figure> found = figures.read().stream()
                .filter(figure -> figure.name().equals("reliable.mq.broker." + name))
                .filter(figure -> figure.tags().values().containsAll(Arrays.asList(tags)))
                .toList();
        assertThat(found).as(name + " " + Arrays.toString(tags)).hasSize(1);
        return found.get(0);
    }

    public static double value(Figures figures, String name, String... tags) {
        return figure(figures, name, tags).value();
    }

    private Reading() {}
}
