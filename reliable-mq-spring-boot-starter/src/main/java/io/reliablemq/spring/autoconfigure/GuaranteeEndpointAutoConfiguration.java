package io.reliablemq.spring.autoconfigure;

import io.reliablemq.spring.actuate.ReliableMqEndpoint;
import io.reliablemq.spring.guarantee.GuaranteeInspector;
import org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;

/** Shows the guarantee report at {@code /actuator/reliablemq}. */
@AutoConfiguration(after = GuaranteeAutoConfiguration.class)
@ConditionalOnClass({Endpoint.class, ConditionalOnAvailableEndpoint.class})
@ConditionalOnBean(GuaranteeInspector.class)
@ConditionalOnAvailableEndpoint(ReliableMqEndpoint.class)
public final class GuaranteeEndpointAutoConfiguration {

    GuaranteeEndpointAutoConfiguration() {}

    @Bean
    @ConditionalOnMissingBean
    ReliableMqEndpoint reliableMqEndpoint(GuaranteeInspector inspector, GuaranteeProperties properties) {
        return new ReliableMqEndpoint(inspector, properties.timeout());
    }
}
