package io.reliablemq.spring.autoconfigure;

import io.reliablemq.broker.Broker;
import io.reliablemq.broker.BrokerEnvironment;
import io.reliablemq.broker.BrokerProperties;
import io.reliablemq.spring.embedded.EmbeddedBroker;
import java.util.List;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Runs a broker inside the application where nothing else says how to reach one. */
@Configuration(proxyBeanMethods = false)
@ConditionalOnClass(Broker.class)
@ConditionalOnMissingBean(ReliableMqConnectionDetails.class)
@ConditionalOnBooleanProperty(name = "reliable-mq.embedded.enabled", matchIfMissing = true)
class EmbeddedBrokerConfiguration {

    /** Ports are free ones unless set, so that several applications on a machine do not meet. */
    @Bean
    @ConditionalOnMissingBean
    @ConfigurationProperties("reliable-mq.broker")
    BrokerProperties embeddedBrokerProperties() {
        BrokerProperties properties = new BrokerProperties();
        properties.setListenPort(0);
        properties.getNameServer().setPort(0);
        return properties;
    }

    @Bean
    EmbeddedBroker embeddedBroker(BrokerProperties properties, ObjectProvider<BrokerEnvironment> environment) {
        return new EmbeddedBroker(properties, environment.getIfAvailable(() -> BrokerEnvironment.MACHINE));
    }

    @Bean
    EmbeddedConnectionDetails reliableMqConnectionDetails(EmbeddedBroker broker) {
        return new EmbeddedConnectionDetails(broker.nameServers());
    }

    record EmbeddedConnectionDetails(List<String> nameServers) implements ReliableMqConnectionDetails {

        @Override
        public List<String> getNameServers() {
            return nameServers;
        }
    }
}
