package io.reliablemq.sample.deadletter;

import io.reliablemq.client.MqClient;
import io.reliablemq.client.api.DeadLetters;
import io.reliablemq.client.api.Producer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Reads dead letters and sends them again. Apart from the application class, so that tests of a slice do without it. */
@Configuration(proxyBeanMethods = false)
class DeadLetterConfiguration {

    @Bean
    DeadLetters deadLetters(MqClient client, Producer producer) {
        return client.deadLetters(producer);
    }
}
