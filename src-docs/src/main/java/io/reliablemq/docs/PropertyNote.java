package io.reliablemq.docs;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;

/**
 * What the metadata of a property does not say.
 *
 * @param apache default of Apache RocketMQ; empty if it is the same, or has none
 * @param more about the property; may be empty
 */
record PropertyNote(String name, String apache, String more) {

    private static final String FILE = "/property-notes.txt";

    static PropertyNote none(String name) {
        return new PropertyNote(name, "", "");
    }

    static List<PropertyNote> readAll() throws IOException {
        try (InputStream file = Objects.requireNonNull(PropertyNote.class.getResourceAsStream(FILE))) {
            return new String(file.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.isBlank() && !line.startsWith("#"))
                    .map(PropertyNote::parse)
                    .toList();
        }
    }

    private static PropertyNote parse(String line) {
        String[] cells = line.split(" \\| ?", 3);
        if (cells.length != 3) {
            throw new IllegalStateException("A note is 'name | default of Apache | more', but one is: " + line);
        }
        return new PropertyNote(cells[0].strip(), cells[1].strip(), cells[2].strip());
    }
}
