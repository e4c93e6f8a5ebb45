package io.reliablemq.broker.app;

import io.reliablemq.broker.TlsBundles;
import io.reliablemq.protocol.tls.TlsContext;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.autoconfigure.ssl.SslAutoConfiguration;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.boot.ssl.SslOptions;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.core.env.ConfigurableEnvironment;

/**
 * The bundles {@code spring.ssl.bundle.*} of Spring Boot. They are set up when one is asked for, since most brokers have none.
 * Files of a bundle with {@code reload-on-update} are watched until the process ends.
 */
final class SslBundleLookUp implements TlsBundles {

    private final ConfigurableEnvironment environment;

    SslBundleLookUp(ConfigurableEnvironment environment) {
        this.environment = environment;
    }

    @Override
    public TlsContext named(String name) {
        SslBundles bundles = bundles();
        SslBundle bundle = bundles.getBundle(name);
        AtomicReference<SSLContext> current = new AtomicReference<>(bundle.createSslContext());
        bundles.addBundleUpdateHandler(name, renewed -> current.set(renewed.createSslContext()));
        SslOptions options = bundle.getOptions();
        return new TlsContext(current::get, list(options.getEnabledProtocols()), list(options.getCiphers()));
    }

    private SslBundles bundles() {
        AnnotationConfigApplicationContext context = new AnnotationConfigApplicationContext();
        context.setEnvironment(environment);
        context.register(SslAutoConfiguration.class);
        context.refresh();
        return context.getBean(SslBundles.class);
    }

    private static List<String> list(String @Nullable [] values) {
        return values == null ? List.of() : List.of(values);
    }
}
