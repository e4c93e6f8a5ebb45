package io.reliablemq.spring.test.context;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.support.BeanDefinitionRegistry;
import org.springframework.beans.factory.support.RootBeanDefinition;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.env.MapPropertySource;
import org.springframework.test.context.ContextCustomizer;
import org.springframework.test.context.MergedContextConfiguration;
import org.springframework.test.context.support.TestPropertySourceUtils;

/**
 * Puts the broker into a context. Equal for tests that share a context, which is what Spring's cache goes by: nothing that
 * differs from run to run, such as the folder, is part of it.
 *
 * @param properties of the annotation
 * @param owner the only test class that may have the context; null if any may
 */
record EmbeddedReliableMqContextCustomizer(
        List<String> properties, @Nullable Class<?> owner) implements ContextCustomizer {

    private static final String SOURCE = "embeddedReliableMq";
    private static final String BEAN = "io.reliablemq.spring.test.context.EmbeddedReliableMqConfiguration";

    @Override
    public void customizeContext(ConfigurableApplicationContext context, MergedContextConfiguration merged) {
        Path folder = folder();
        Map<String, Object> settings = new HashMap<>(shield(folder));
        // Whoever writes a test may know better; the folder that is deleted is not theirs to choose.
        settings.putAll(TestPropertySourceUtils.convertInlinedPropertiesToMap(properties.toArray(String[]::new)));
        settings.put(EmbeddedReliableMqConfiguration.FOLDER, folder.toString());
        context.getEnvironment().getPropertySources().addFirst(new MapPropertySource(SOURCE, settings));
        if (context instanceof BeanDefinitionRegistry registry) {
            registry.registerBeanDefinition(BEAN, new RootBeanDefinition(EmbeddedReliableMqConfiguration.class));
        } else {
            throw new IllegalStateException("@EmbeddedReliableMq cannot add beans to a context of type "
                    + context.getClass().getName());
        }
    }

    /** What keeps the settings of the application from reaching the broker of the test, or from asking too much of it. */
    private static Map<String, String> shield(Path folder) {
        Map<String, String> settings = new HashMap<>();
        settings.put("reliable-mq.enabled", "true");
        settings.put("reliable-mq.embedded.enabled", "true");
        // None, whatever the application says, so that the broker is embedded.
        settings.put("reliable-mq.name-server", "");
        settings.put("reliable-mq.broker.listen-port", "0");
        settings.put("reliable-mq.broker.name-server.enabled", "true");
        settings.put("reliable-mq.broker.name-server.port", "0");
        settings.put("reliable-mq.broker.name-servers", "");
        settings.put("reliable-mq.broker.broker-role", "ASYNC_MASTER");
        settings.put("reliable-mq.broker.broker-id", "0");
        settings.put("reliable-mq.broker.master-address", "");
        settings.put("reliable-mq.broker.bind-address", "127.0.0.1");
        settings.put("reliable-mq.broker.management.port", "0");
        settings.put("reliable-mq.broker.ssl.bundle", "");
        settings.put("reliable-mq.broker.ssl.mode", "PERMISSIVE");
        settings.put("reliable-mq.client.ssl.enabled", "false");
        // One broker in a temporary folder is what a strict guarantee refuses.
        settings.put("reliable-mq.guarantee", "report");
        settings.put("reliable-mq.broker.data-dir", folder.resolve("broker").toString());
        // A folder of the application is shared by all contexts, and knows offsets of another broker.
        settings.put(
                "reliable-mq.producer.journal.folder", folder.resolve("journal").toString());
        settings.put(
                "reliable-mq.consumer.offset-folder", folder.resolve("offsets").toString());
        return settings;
    }

    /** Made by the broker, so that a context that never starts leaves nothing behind. */
    private static Path folder() {
        return Path.of(System.getProperty("java.io.tmpdir"), "reliable-mq-test-" + UUID.randomUUID());
    }
}
