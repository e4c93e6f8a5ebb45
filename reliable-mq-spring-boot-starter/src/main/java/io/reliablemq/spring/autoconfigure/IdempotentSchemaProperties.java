package io.reliablemq.spring.autoconfigure;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.jdbc.init.DatabaseInitializationProperties;

/** Whether and how the table of handled messages is created, {@code reliable-mq.idempotent.*}. */
@ConfigurationProperties("reliable-mq.idempotent")
public class IdempotentSchemaProperties extends DatabaseInitializationProperties {

    /** Optional, so that a database without a script does not keep applications from starting that have no use for one. */
    private static final String SCRIPTS = "optional:classpath:io/reliablemq/spring/idempotent/schema-@@platform@@.sql";

    @Override
    public String getDefaultSchemaLocation() {
        return SCRIPTS;
    }
}
