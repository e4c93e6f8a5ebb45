package io.reliablemq.spring.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import io.reliablemq.broker.BrokerProperties;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.springframework.beans.BeanWrapperImpl;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.context.annotation.ImportCandidates;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.convert.DurationStyle;
import org.springframework.boot.health.autoconfigure.contributor.ConditionalOnEnabledHealthIndicator;
import org.springframework.util.ClassUtils;
import org.springframework.util.unit.DataSize;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What editors tell about the settings is complete and true. */
class ConfigurationMetadataTest {

    private final Map<String, JsonNode> properties = load();

    @Test
    void describesEverySetting() {
        assertThat(properties).hasSizeGreaterThan(30);
        properties.forEach((name, property) -> {
            assertThat(property.path("description").asString(""))
                    .as(name)
                    .matches("[A-Z].*\\.")
                    .doesNotStartWith("The ")
                    .doesNotStartWith("A ");
            assertThat(property.path("type").asString("")).as(name).isNotEmpty();
            if (property.path("type").asString().equals("java.lang.Boolean")) {
                assertThat(property.path("description").asString()).as(name).startsWith("Whether");
            }
        });
    }

    @Test
    void describesTheSwitchOfEachHealthCheck() {
        List<String> switches =
                ImportCandidates.load(AutoConfiguration.class, getClass().getClassLoader()).getCandidates().stream()
                        .filter(name -> name.startsWith("io.reliablemq."))
                        .map(name ->
                                ClassUtils.resolveClassName(name, getClass().getClassLoader()))
                        .map(type -> type.getAnnotation(ConditionalOnEnabledHealthIndicator.class))
                        .filter(Objects::nonNull)
                        .map(condition -> "management.health." + condition.value() + ".enabled")
                        .toList();

        assertThat(switches).hasSizeGreaterThan(1);
        List<String> described = new ArrayList<>();
        metadata()
                .path("properties")
                .forEach(property -> described.add(property.path("name").asString()));
        assertThat(described).containsAll(switches);
    }

    @Test
    void namesADefaultWhereThereIsOne() {
        assertThat(properties.values().stream()
                        .filter(property -> property.path("defaultValue").isMissingNode())
                        .map(property -> property.path("name").asString()))
                .containsExactlyInAnyOrder(
                        "reliable-mq.name-server",
                        "reliable-mq.producer.group",
                        "reliable-mq.guarantee-report.accepted-risks",
                        "reliable-mq.health.max-age",
                        "reliable-mq.health.max-lag",
                        "reliable-mq.idempotent.platform",
                        "reliable-mq.consumer.retry-delays",
                        "reliable-mq.consumer.non-retryable-exceptions",
                        "reliable-mq.consumer.consume-timestamp",
                        "reliable-mq.producer.transaction-group",
                        "reliable-mq.outbox.platform",
                        "reliable-mq.client.ssl.enabled",
                        "reliable-mq.client.ssl.bundle",
                        "reliable-mq.broker.ssl.bundle",
                        "reliable-mq.broker.name-servers",
                        "reliable-mq.broker.master-address",
                        "reliable-mq.broker.management.bind-address");
    }

    @Test
    void knowsTheSettingsOfTheBrokerAndTheirDefaults() {
        BrokerProperties defaults = new EmbeddedBrokerConfiguration().embeddedBrokerProperties();
        Map<String, String> expected = new TreeMap<>();
        collect("reliable-mq.broker", defaults, expected);
        Map<String, String> described = new TreeMap<>();
        properties.forEach((name, property) -> {
            if (name.startsWith("reliable-mq.broker.")) {
                String value = property.path("defaultValue").asString("");
                boolean isDuration = property.path("type").asString().equals(Duration.class.getName());
                described.put(name, isDuration ? text(DurationStyle.detectAndParse(value)) : value);
            }
        });

        assertThat(described).isEqualTo(expected);
    }

    @Test
    void knowsTheTypesOfTheBrokersSettings() {
        Map<String, String> expected = new TreeMap<>();
        collectTypes("reliable-mq.broker", new BrokerProperties(), expected);
        Map<String, String> described = new TreeMap<>();
        properties.forEach((name, property) -> {
            if (name.startsWith("reliable-mq.broker.")) {
                described.put(name, property.path("type").asString().replaceAll("<.*", ""));
            }
        });

        assertThat(described).isEqualTo(expected);
    }

    @Test
    void givesHintsForSettingsThatExist() {
        assertThat(metadata()
                        .path("hints")
                        .valueStream()
                        .map(hint -> hint.path("name").asString()))
                .isNotEmpty()
                .filteredOn(name -> name.startsWith("reliable-mq."))
                .isSubsetOf(properties.keySet());
    }

    /** Sizes are text in the broker, which knows no Spring, but are written as any other size. */
    @Test
    void handlesSizesOfTheBrokerAsSuch() {
        Map<String, String> values = new TreeMap<>();
        collect("reliable-mq.broker", new BrokerProperties(), values);
        List<String> sizes = values.keySet().stream()
                .filter(name -> values.get(name).matches("\\d+[KMG]?B?"))
                .filter(name -> properties.get(name).path("type").asString().equals("java.lang.String"))
                .toList();

        assertThat(sizes).contains("reliable-mq.broker.segment-bytes").hasSizeGreaterThan(5);
        assertThat(metadata()
                        .path("hints")
                        .valueStream()
                        .filter(hint -> hint.path("providers")
                                .path(0)
                                .path("parameters")
                                .path("target")
                                .asString("")
                                .equals(DataSize.class.getName()))
                        .map(hint -> hint.path("name").asString()))
                .containsExactlyInAnyOrderElementsOf(sizes);
    }

    private static void collectTypes(String prefix, Object bean, Map<String, String> found) {
        BeanWrapperImpl wrapper = new BeanWrapperImpl(bean);
        for (var descriptor : wrapper.getPropertyDescriptors()) {
            String name = prefix + "." + kebab(descriptor.getName());
            if (descriptor.getWriteMethod() != null) {
                Class<?> type = ClassUtils.resolvePrimitiveIfNecessary(descriptor.getPropertyType());
                found.put(name, type.getName());
            } else if (!descriptor.getName().equals("class")) {
                collectTypes(name, wrapper.getPropertyValue(descriptor.getName()), found);
            }
        }
    }

    private static void collect(String prefix, Object bean, Map<String, String> found) {
        BeanWrapperImpl wrapper = new BeanWrapperImpl(bean);
        for (var descriptor : wrapper.getPropertyDescriptors()) {
            if (descriptor.getName().equals("class")) {
                continue;
            }
            String name = prefix + "." + kebab(descriptor.getName());
            Object value = wrapper.getPropertyValue(descriptor.getName());
            if (descriptor.getWriteMethod() == null) {
                collect(name, value, found);
            } else {
                found.put(name, text(value));
            }
        }
    }

    private static String text(Object value) {
        if (value instanceof Collection<?> several) {
            assertThat(several).isEmpty();
            return "";
        }
        if (value instanceof Duration duration) {
            ChronoUnit unit = duration.toMillis() % 1000 == 0 ? ChronoUnit.SECONDS : ChronoUnit.MILLIS;
            return DurationStyle.SIMPLE.print(duration, unit);
        }
        return value instanceof Enum<?> constant
                ? constant.name().toLowerCase(Locale.ROOT).replace('_', '-')
                : String.valueOf(value);
    }

    private static String kebab(String camel) {
        String name = camel.replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT);
        assertThat(ConfigurationPropertyName.isValid(name)).isTrue();
        return name;
    }

    private static Map<String, JsonNode> load() {
        Map<String, JsonNode> found = new TreeMap<>();
        metadata()
                .path("properties")
                .forEach(property -> found.put(property.path("name").asString(), property));
        found.keySet().removeIf(name -> !name.startsWith("reliable-mq."));
        return found;
    }

    private static JsonNode metadata() {
        try (InputStream in =
                ReliableMqAutoConfiguration.class.getResourceAsStream("/META-INF/spring-configuration-metadata.json")) {
            return JsonMapper.shared().readTree(in);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
