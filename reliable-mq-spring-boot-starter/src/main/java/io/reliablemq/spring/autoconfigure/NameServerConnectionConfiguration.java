package io.reliablemq.spring.autoconfigure;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Configuration;

/** Connects to the name servers that the properties name. */
@Configuration(proxyBeanMethods = false)
@Conditional(NameServerCondition.class)
@ConditionalOnMissingBean(ReliableMqConnectionDetails.class)
class NameServerConnectionConfiguration {

    @Bean
    PropertiesConnectionDetails reliableMqConnectionDetails(
            ReliableMqProperties properties, ObjectProvider<SslBundles> bundles) {
        return new PropertiesConnectionDetails(
                properties.nameServer(),
                ClientSslBundle.from(properties.client().ssl(), bundles.getIfAvailable()));
    }

    /** @param nameServers lists of Apache RocketMQ, which are separated by semicolons, are read too */
    record PropertiesConnectionDetails(
            List<String> nameServers, @Nullable SslBundle sslBundle) implements ReliableMqConnectionDetails {

        private static final int HIGHEST_PORT = 65_535;

        PropertiesConnectionDetails {
            nameServers = nameServers.stream()
                    .flatMap(value -> Arrays.stream(value.split(";")))
                    .map(String::strip)
                    .filter(value -> !value.isEmpty())
                    .map(PropertiesConnectionDetails::requireAddress)
                    .toList();
        }

        @Override
        public List<String> getNameServers() {
            return nameServers;
        }

        @Override
        public @Nullable SslBundle getSslBundle() {
            return sslBundle;
        }

        private static String requireAddress(String address) {
            if (!address.matches("\\S+:[1-9]\\d{0,4}")
                    || Integer.parseInt(address.substring(address.lastIndexOf(':') + 1)) > HIGHEST_PORT) {
                throw new InvalidConfigurationPropertyValueException(
                        "reliable-mq.name-server", address, "an address is host:port, for instance 127.0.0.1:9876");
            }
            return address;
        }
    }
}
