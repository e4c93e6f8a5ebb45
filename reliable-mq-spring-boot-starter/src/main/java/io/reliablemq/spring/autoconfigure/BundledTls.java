package io.reliablemq.spring.autoconfigure;

import io.reliablemq.protocol.tls.TlsContext;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.boot.ssl.SslOptions;

/** TLS from Spring Boot's SSL bundles. A bundle that is renewed counts from the next connection on. */
final class BundledTls {

    /** The bundle of that name, also as it becomes later. */
    static TlsContext named(SslBundles bundles, String name) {
        return renewable(bundles.getBundle(name), bundles, name);
    }

    /** The given bundle; if it is the one of that name, also as it becomes later. */
    static TlsContext of(SslBundle bundle, @Nullable SslBundles bundles, @Nullable String name) {
        if (bundles != null && name != null && isOfThatName(bundle, bundles, name)) {
            return renewable(bundle, bundles, name);
        }
        return context(bundle, new AtomicReference<>(bundle.createSslContext()));
    }

    private static boolean isOfThatName(SslBundle bundle, SslBundles bundles, String name) {
        return bundles.getBundleNames().contains(name) && bundles.getBundle(name) == bundle;
    }

    private static TlsContext renewable(SslBundle bundle, SslBundles bundles, String name) {
        AtomicReference<SSLContext> current = new AtomicReference<>(bundle.createSslContext());
        bundles.addBundleUpdateHandler(name, renewed -> current.set(renewed.createSslContext()));
        return context(bundle, current);
    }

    private static TlsContext context(SslBundle bundle, AtomicReference<SSLContext> current) {
        SslOptions options = bundle.getOptions();
        return new TlsContext(current::get, list(options.getEnabledProtocols()), list(options.getCiphers()));
    }

    private static List<String> list(String @Nullable [] values) {
        return values == null ? List.of() : List.of(values);
    }

    private BundledTls() {}
}
