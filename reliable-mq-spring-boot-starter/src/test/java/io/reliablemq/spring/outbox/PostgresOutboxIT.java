package io.reliablemq.spring.outbox;

import com.zaxxer.hikari.HikariConfig;
import io.reliablemq.spring.fixture.PostgresServer;
import org.junit.jupiter.api.BeforeAll;

class PostgresOutboxIT extends OutboxContract {

    private String url;

    @BeforeAll
    void startServer() {
        url = PostgresServer.get().url();
    }

    @Override
    HikariConfig database() {
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(url);
        return config;
    }

    @Override
    String script() {
        return "schema-postgresql.sql";
    }
}
