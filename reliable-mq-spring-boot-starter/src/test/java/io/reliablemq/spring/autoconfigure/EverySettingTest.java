package io.reliablemq.spring.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import io.reliablemq.broker.BrokerProperties;
import io.reliablemq.client.api.ClientSettings;
import io.reliablemq.client.api.JournalSettings;
import io.reliablemq.client.api.ProducerSettings;
import io.reliablemq.protocol.tls.ClientTls;
import io.reliablemq.protocol.tls.TlsContext;
import io.reliablemq.protocol.tls.TlsMode;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.RecordComponent;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.Test;
import org.springframework.beans.BeanWrapperImpl;
import org.springframework.boot.context.properties.bind.BindHandler;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.bind.handler.NoUnboundElementsBindHandler;
import org.springframework.boot.context.properties.source.ConfigurationPropertySource;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.core.env.EnumerablePropertySource;
import org.springframework.core.env.MutablePropertySources;
import org.springframework.core.env.PropertySource;
import org.springframework.core.io.ClassPathResource;
import tools.jackson.databind.json.JsonMapper;

/** Whatever client and broker can be told in code can be told in {@code application.yml}, and has an effect. */
class EverySettingTest {

    private static final Set<String> GROUPS = Set.of("client", "producer", "embedded", "broker");

    private final List<PropertySource<?>> yaml = load();

    @Test
    void theExampleNamesEverySettingThatIsDescribed() throws IOException {
        Set<String> named = new TreeSet<>();
        for (PropertySource<?> source : yaml) {
            for (String name : ((EnumerablePropertySource<?>) source).getPropertyNames()) {
                named.add(name.replaceAll("\\[\\d+]$", ""));
            }
        }
        assertThat(named).isEqualTo(described());
    }

    @Test
    void everySettingOfTheClientIsReachable() {
        SettingsFromProperties changed = settings(bound());
        SettingsFromProperties untouched =
                settings(new Binder().bindOrCreate("reliable-mq", Bindable.of(ReliableMqProperties.class)));
        ClientTls tls = new ClientTls(TlsContext.of(systemDefault()), false);

        assertAllDiffer(
                changed.client(List.of("a:1"), tls),
                new ClientSettings(
                        List.of("b:1"),
                        untouched.client(List.of("b:1"), null).instanceName(),
                        untouched.client(List.of("b:1"), null).routeRefreshInterval(),
                        untouched.client(List.of("b:1"), null).heartbeatInterval(),
                        untouched.client(List.of("b:1"), null).requestTimeout()));
        assertAllDiffer(changed.producer(null), ProducerSettings.of("reliable-mq-producer"));
        assertAllDiffer(
                changed.producer(null).compression(), untouched.producer(null).compression());
        assertAllDiffer(
                changed.journal(changed.producer(null)), JournalSettings.of(Path.of("reliable-mq-journal"), "journal"));
        assertThat(changed.journal(changed.producer(null)).producer().group()).isEqualTo("orders-journal");
        assertThat(changed.transactionProducer(changed.producer(null)).group()).isEqualTo("orders-in-transactions");
        assertThat(bound().client().ssl().isOn()).isTrue();
        assertThat(bound().client().failFast()).isTrue();
    }

    @Test
    void everySettingOfTheBrokerIsReachable() {
        BrokerProperties defaults = new BrokerProperties();
        BrokerProperties changed = broker();
        assertAllDiffer("reliable-mq.broker", changed, defaults);

        // The one that is for a process of its own, and what it excludes.
        changed.getNameServer().setOnly(false);
        changed.getNameServer().setEnabled(true);
        assertAllDiffer(
                changed.toSettings(name -> TlsContext.of(systemDefault())), defaults.toSettings(), "nameServerEnabled");
        assertThat(changed.toSettings(name -> TlsContext.of(systemDefault()))
                        .tls()
                        .accepting()
                        .mode())
                .isEqualTo(TlsMode.ENFORCING);
    }

    private static SettingsFromProperties settings(ReliableMqProperties properties) {
        return new SettingsFromProperties(properties);
    }

    private ReliableMqProperties bound() {
        return binder().bind("reliable-mq", Bindable.of(ReliableMqProperties.class))
                .get();
    }

    private BrokerProperties broker() {
        return binder().bind(
                        BrokerProperties.PREFIX,
                        Bindable.of(BrokerProperties.class),
                        new NoUnboundElementsBindHandler(BindHandler.DEFAULT))
                .get();
    }

    private Binder binder() {
        MutablePropertySources sources = new MutablePropertySources();
        yaml.forEach(sources::addLast);
        Iterable<ConfigurationPropertySource> adapted = ConfigurationPropertySources.from(sources);
        return new Binder(adapted);
    }

    private static void assertAllDiffer(Record changed, Record defaults, String... but) {
        assertThat(changed.getClass()).isEqualTo(defaults.getClass());
        List<String> same = new ArrayList<>();
        for (RecordComponent component : changed.getClass().getRecordComponents()) {
            if (value(component, changed) == value(component, defaults)
                    || String.valueOf(value(component, changed)).equals(String.valueOf(value(component, defaults)))) {
                same.add(component.getName());
            }
        }
        assertThat(same)
                .as(
                        "settings of %s that no property changes",
                        changed.getClass().getSimpleName())
                .containsExactlyInAnyOrder(but);
    }

    private static Object value(RecordComponent component, Record of) {
        try {
            return component.getAccessor().invoke(of);
        } catch (ReflectiveOperationException e) {
            throw new AssertionError(e);
        }
    }

    private static void assertAllDiffer(String prefix, Object changed, Object defaults) {
        BeanWrapperImpl ofChanged = new BeanWrapperImpl(changed);
        BeanWrapperImpl ofDefaults = new BeanWrapperImpl(defaults);
        for (var property : ofChanged.getPropertyDescriptors()) {
            String name = property.getName();
            if (property.getWriteMethod() != null) {
                assertThat(ofChanged.getPropertyValue(name))
                        .as(prefix + "." + name)
                        .isNotEqualTo(ofDefaults.getPropertyValue(name));
            } else if (!name.equals("class")) {
                assertAllDiffer(
                        prefix + "." + name, ofChanged.getPropertyValue(name), ofDefaults.getPropertyValue(name));
            }
        }
    }

    private static Set<String> described() throws IOException {
        try (InputStream in =
                ReliableMqAutoConfiguration.class.getResourceAsStream("/META-INF/spring-configuration-metadata.json")) {
            return JsonMapper.shared()
                    .readTree(in)
                    .path("properties")
                    .valueStream()
                    .map(property -> property.path("name").asString())
                    .filter(EverySettingTest::isOfTheseGroups)
                    .collect(Collectors.toCollection(TreeSet::new));
        }
    }

    private static boolean isOfTheseGroups(String name) {
        String[] parts = name.split("\\.");
        return Set.of("reliable-mq.enabled", "reliable-mq.name-server").contains(name)
                || parts[0].equals("reliable-mq") && parts.length > 2 && GROUPS.contains(parts[1]);
    }

    private static SSLContext systemDefault() {
        try {
            return SSLContext.getDefault();
        } catch (java.security.NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }

    private static List<PropertySource<?>> load() {
        try {
            return new YamlPropertySourceLoader().load("every-setting", new ClassPathResource("every-setting.yml"));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
