package io.reliablemq.docs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.boot.configurationmetadata.ConfigurationMetadataProperty;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.core.env.EnumerablePropertySource;
import org.springframework.core.env.PropertySource;
import org.springframework.core.io.FileSystemResource;

/** What the guide shows is taken from files that are compiled or tested, and nothing in it is out of date. */
class GuideTest {

    private static final Path PAGES = Path.of("src/docs/asciidoc");

    static List<Path> pages() throws IOException {
        return files(".adoc");
    }

    static List<Path> settings() throws IOException {
        return files(".yml");
    }

    private static List<Path> files(String suffix) throws IOException {
        try (Stream<Path> files = Files.walk(PAGES)) {
            return files.filter(file -> file.toString().endsWith(suffix))
                    .sorted()
                    .toList();
        }
    }

    @ParameterizedTest
    @MethodSource("pages")
    void showsJavaAndYamlOfFilesOnly(Path page) throws IOException {
        List<String> inline = new ArrayList<>();
        List<String> lines = Files.readAllLines(page);
        for (int i = 0; i < lines.size(); i++) {
            if (lines.get(i).matches("\\[source,\\s*(java|ya?ml)\\b.*")) {
                int begin = i + 1;
                while (!lines.get(begin).startsWith("----")) {
                    begin++;
                }
                for (int in = begin + 1; !lines.get(in).startsWith("----"); in++) {
                    if (!lines.get(in).startsWith("include::") && !lines.get(in).isBlank()) {
                        inline.add(page + ":" + (in + 1) + ": " + lines.get(in));
                    }
                }
            }
        }

        assertThat(inline)
                .as("lines of Java or YAML that nothing compiles; include them from a file that is")
                .isEmpty();
    }

    /** Settings that the guide shows have names that there are. */
    @ParameterizedTest
    @MethodSource("settings")
    void namesPropertiesThatThereAre(Path yaml) throws IOException {
        Map<String, ConfigurationMetadataProperty> known = PropertyPages.read();
        TreeSet<String> unknown = new TreeSet<>();
        for (PropertySource<?> source :
                new YamlPropertySourceLoader().load(yaml.toString(), new FileSystemResource(yaml))) {
            for (String name : ((EnumerablePropertySource<?>) source).getPropertyNames()) {
                String plain =
                        ConfigurationPropertyName.adapt(name, '.').toString().replaceAll("\\[\\d+]", "");
                if (plain.startsWith("reliable-mq.") && !known.containsKey(plain)) {
                    unknown.add(name);
                }
            }
        }

        assertThat(unknown).isEmpty();
    }

    /** A property that a page mentions is one that there is, or the beginning of some. */
    @ParameterizedTest
    @MethodSource("pages")
    void mentionsPropertiesThatThereAre(Path page) throws IOException {
        Set<String> known = PropertyPages.read().keySet();
        TreeSet<String> unknown = new TreeSet<>();
        Matcher names = Pattern.compile("[`-](reliable-mq\\.[a-z][a-z0-9.-]*[a-z0-9])(?![a-z0-9.(-])")
                .matcher(Files.readString(page));
        while (names.find()) {
            String name = names.group(1);
            if (known.stream().noneMatch(one -> one.equals(name) || one.startsWith(name + "."))) {
                unknown.add(name);
            }
        }

        assertThat(unknown).isEmpty();
    }

    @Test
    void hasARowForEveryProperty() throws IOException {
        Map<String, ConfigurationMetadataProperty> known = PropertyPages.read();
        String all = String.valueOf(
                new PropertyPages(known, PropertyNote.readAll()).tables().get("all"));

        assertThat(known).hasSizeGreaterThan(50);
        assertThat(known.keySet()).allSatisfy(name -> assertThat(all).contains("`" + name + "`"));
        assertThat(all).contains("`+10s+`\n|3 s\n");
    }

    @Test
    void refusesANoteAboutAPropertyThatIsGone() throws IOException {
        Map<String, ConfigurationMetadataProperty> known = PropertyPages.read();

        assertThatIllegalStateException()
                .isThrownBy(() -> new PropertyPages(known, List.of(new PropertyNote("reliable-mq.gone", "1", ""))))
                .withMessageContaining("reliable-mq.gone");
    }

    /** Links lead to sections that there are; the converter checks those within a page. */
    @ParameterizedTest
    @MethodSource("pages")
    void leadsToSectionsThatThereAre(Path page) throws IOException {
        List<String> broken = new ArrayList<>();
        Matcher links =
                Pattern.compile("xref:([^#\\[\\s]+\\.adoc)(?:#([^\\[]+))?\\[").matcher(Files.readString(page));
        while (links.find()) {
            Path target = page.resolveSibling(links.group(1)).normalize();
            String section = links.group(2);
            if (!Files.exists(target)) {
                broken.add(links.group());
            } else if (section != null && !sections(target).contains(section)) {
                broken.add(links.group());
            }
        }

        assertThat(broken).isEmpty();
    }

    /** By their own ids, or by those that the converter makes of their titles. */
    private static Set<String> sections(Path page) throws IOException {
        Set<String> sections = new TreeSet<>();
        String text = Files.readString(page);
        if (text.contains("{generated}/properties-all.adoc")) {
            text += new PropertyPages(PropertyPages.read(), PropertyNote.readAll())
                    .tables()
                    .get("all");
        }
        Matcher ids = Pattern.compile("\\[(?:#|\\[)([\\w-]+)]").matcher(text);
        while (ids.find()) {
            sections.add(ids.group(1));
        }
        Matcher titles = Pattern.compile("^=+ (.+)$", Pattern.MULTILINE).matcher(text);
        while (titles.find()) {
            sections.add(titles.group(1)
                    .toLowerCase(Locale.ROOT)
                    .replaceAll("[^\\w\\s.-]", "")
                    .replaceAll("[\\s.-]+", "-"));
        }
        return sections;
    }

    /** Every page can be reached from the first one. */
    @Test
    void linksEveryPage() throws IOException {
        Map<Path, String> texts = new TreeMap<>();
        for (Path page : pages()) {
            texts.put(page.normalize(), Files.readString(page));
        }
        TreeSet<Path> reached = new TreeSet<>(List.of(PAGES.resolve("index.adoc")));
        List<Path> next = new ArrayList<>(reached);
        while (!next.isEmpty()) {
            Path page = next.remove(0);
            String text = String.valueOf(texts.get(page));
            for (Path other : texts.keySet()) {
                String link = page.toAbsolutePath()
                        .getParent()
                        .relativize(other.toAbsolutePath())
                        .toString();
                if (text.contains("xref:" + link.replace('\\', '/')) && reached.add(other)) {
                    next.add(other);
                }
            }
        }

        assertThat(texts.keySet().stream()
                        .filter(page -> !reached.contains(page))
                        .collect(Collectors.toSet()))
                .as("pages that no link leads to")
                .isEmpty();
    }
}
