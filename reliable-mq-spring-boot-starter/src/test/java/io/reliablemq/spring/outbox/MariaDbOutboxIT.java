package io.reliablemq.spring.outbox;

import com.zaxxer.hikari.HikariConfig;
import io.reliablemq.spring.fixture.MariaDbServer;
import org.junit.jupiter.api.BeforeAll;

class MariaDbOutboxIT extends OutboxContract {

    private String url;

    @BeforeAll
    void startServer() {
        url = MariaDbServer.get().url();
    }

    @Override
    HikariConfig database() {
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(url);
        return config;
    }

    @Override
    String script() {
        return "schema-mysql.sql";
    }
}
