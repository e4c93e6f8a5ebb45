package io.reliablemq.spring.outbox;

import com.zaxxer.hikari.HikariConfig;

class H2OutboxTest extends OutboxContract {

    @Override
    HikariConfig database() {
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl("jdbc:h2:mem:outbox;DB_CLOSE_DELAY=-1");
        return config;
    }

    @Override
    String script() {
        return "schema-h2.sql";
    }
}
