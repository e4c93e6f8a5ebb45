package io.reliablemq.spring.autoconfigure;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.util.StringUtils;

/** The bundle that {@code reliable-mq.client.ssl.*} asks for. */
final class ClientSslBundle {

    /** Null if connections are plain. */
    static @Nullable SslBundle from(ReliableMqProperties.Client.Ssl ssl, @Nullable SslBundles bundles) {
        if (!ssl.isOn()) {
            return null;
        }
        String name = ssl.bundle();
        if (!StringUtils.hasText(name)) {
            return SslBundle.systemDefault();
        }
        if (bundles == null) {
            throw new InvalidConfigurationPropertyValueException(
                    "reliable-mq.client.ssl.bundle", name, "there are no SSL bundles in this application context");
        }
        return bundles.getBundle(name);
    }

    private ClientSslBundle() {}
}
