package io.reliablemq.sample;

import io.reliablemq.client.MqClient;
import io.reliablemq.client.api.DeadLetters;
import io.reliablemq.client.api.Producer;
import java.time.Clock;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.scheduling.annotation.EnableScheduling;

/** The order service. */
@SpringBootApplication
@EnableScheduling
@EnableConfigurationProperties(SampleProperties.class)
public class SampleApplication {

    public static void main(String[] args) {
        SpringApplication.run(SampleApplication.class, args);
    }

    @Bean
    Clock clock() {
        return Clock.systemUTC();
    }

    /** Reads dead letters and sends them again. */
    @Bean
    DeadLetters deadLetters(MqClient client, Producer producer) {
        return client.deadLetters(producer);
    }
}
