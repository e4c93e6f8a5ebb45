package io.reliablemq.spring.autoconfigure;

import io.micrometer.core.instrument.binder.MeterBinder;
import io.reliablemq.spring.actuate.AfterCommitMeters;
import io.reliablemq.spring.core.ReliableMqTemplate;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnSingleCandidate;
import org.springframework.context.annotation.Bean;

/** Offers the figures of the template to the application's meter registries. */
@AutoConfiguration(after = ReliableMqAutoConfiguration.class)
@ConditionalOnClass(MeterBinder.class)
@ConditionalOnSingleCandidate(ReliableMqTemplate.class)
public final class TemplateMetricsAutoConfiguration {

    TemplateMetricsAutoConfiguration() {}

    @Bean
    @ConditionalOnMissingBean
    AfterCommitMeters reliableMqAfterCommitMeters(ReliableMqTemplate template) {
        return new AfterCommitMeters(template);
    }
}
