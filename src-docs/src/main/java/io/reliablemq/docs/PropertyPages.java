package io.reliablemq.docs;

import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.configurationmetadata.ConfigurationMetadataProperty;
import org.springframework.boot.configurationmetadata.ConfigurationMetadataRepository;
import org.springframework.boot.configurationmetadata.ConfigurationMetadataRepositoryJsonBuilder;

/**
 * Writes one table of properties for each part of the settings, from the metadata that the starter ships. So the guide names
 * every property that there is and none that there is not.
 */
public final class PropertyPages {

    private static final String METADATA = "META-INF/spring-configuration-metadata.json";
    private static final String OURS = "reliable-mq";
    private static final Pattern OF_MANAGEMENT = Pattern.compile("management\\..*(embedded-broker|reliable-?mq).*");

    private final Map<String, ConfigurationMetadataProperty> properties;
    private final Map<String, PropertyNote> notes;

    PropertyPages(Map<String, ConfigurationMetadataProperty> properties, List<PropertyNote> notes) {
        this.properties = new TreeMap<>(properties);
        this.notes = new LinkedHashMap<>();
        notes.forEach(note -> this.notes.put(note.name(), note));
        Set<String> unknown = new TreeSet<>(this.notes.keySet());
        unknown.removeAll(properties.keySet());
        if (!unknown.isEmpty()) {
            throw new IllegalStateException("property-notes.txt has notes about properties that there are not: "
                    + unknown + "; correct the names there, or take the notes out");
        }
    }

    /** @param arguments the folder to write to */
    public static void main(String[] arguments) throws IOException {
        Path folder = Path.of(arguments[0]);
        Files.createDirectories(folder);
        PropertyPages pages = new PropertyPages(read(), PropertyNote.readAll());
        for (Map.Entry<String, String> page : pages.tables().entrySet()) {
            Files.writeString(folder.resolve("properties-" + page.getKey() + ".adoc"), page.getValue());
        }
    }

    /** Every metadata file on the class path is read; only what is ours counts. */
    static Map<String, ConfigurationMetadataProperty> read() throws IOException {
        ConfigurationMetadataRepositoryJsonBuilder builder = ConfigurationMetadataRepositoryJsonBuilder.create();
        List<URL> files = Collections.list(PropertyPages.class.getClassLoader().getResources(METADATA));
        for (URL file : files) {
            try (InputStream json = file.openStream()) {
                builder.withJsonResource(json);
            }
        }
        ConfigurationMetadataRepository repository = builder.build();
        Map<String, ConfigurationMetadataProperty> ours = new TreeMap<>();
        repository.getAllProperties().forEach((name, property) -> {
            if (name.startsWith(OURS + ".") || OF_MANAGEMENT.matcher(name).matches()) {
                ours.put(name, property);
            }
        });
        if (ours.isEmpty()) {
            throw new IllegalStateException("No property of reliable-mq is in any " + METADATA + " on the class path");
        }
        return ours;
    }

    /** By the part that the table is about: the broker, or the first element behind the prefix. */
    Map<String, String> tables() {
        Map<String, StringBuilder> tables = new TreeMap<>();
        properties.forEach((name, property) -> tables.computeIfAbsent(
                        property.isDeprecated() ? "deprecated" : part(name), part -> new StringBuilder(head()))
                .append(row(property)));
        StringBuilder all = new StringBuilder();
        Map<String, String> finished = new TreeMap<>();
        tables.forEach((part, table) -> {
            finished.put(part, table + "|===\n");
            all.append("\n[#")
                    .append(part)
                    .append("-properties]\n== ")
                    .append(title(part))
                    .append("\n\n")
                    .append(table)
                    .append("|===\n");
        });
        finished.put("all", all.toString());
        return finished;
    }

    private static String part(String name) {
        if (!name.startsWith(OURS + ".")) {
            return "management";
        }
        String rest = name.substring(OURS.length() + 1);
        return rest.contains(".") ? rest.substring(0, rest.indexOf('.')) : "common";
    }

    private static String title(String part) {
        return switch (part) {
            case "common" -> "reliable-mq.*";
            case "management" -> "management.*";
            case "deprecated" -> "Deprecated";
            default -> OURS + "." + part + ".*";
        };
    }

    private static String head() {
        return "[cols=\"5,2,2,6\",options=\"header\"]\n|===\n|property |default |Apache |meaning\n";
    }

    private String row(ConfigurationMetadataProperty property) {
        PropertyNote note = notes.getOrDefault(property.getId(), PropertyNote.none(property.getId()));
        return "\n|[[" + property.getId().replace('.', '-') + "]]`" + property.getId() + "`\n|"
                + defaultOf(property.getDefaultValue()) + "\n|" + note.apache() + "\n|" + meaning(property, note)
                + "\n";
    }

    private static String meaning(ConfigurationMetadataProperty property, PropertyNote note) {
        String description = property.getDescription() == null ? "" : property.getDescription();
        if (description.isBlank()) {
            throw new IllegalStateException("The property " + property.getId() + " has no description");
        }
        return escape(description) + (note.more().isEmpty() ? "" : "\n\n" + note.more());
    }

    private static String defaultOf(@Nullable Object value) {
        if (value == null) {
            return "";
        }
        String text = value instanceof Object[] several
                ? String.join(
                        ",", List.of(several).stream().map(String::valueOf).toList())
                : value.toString();
        return text.isEmpty() ? "" : "`+" + escape(text) + "+`";
    }

    private static String escape(String text) {
        return text.replace("|", "\\|");
    }
}
