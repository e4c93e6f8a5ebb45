package io.reliablemq.spring.outbox;

import com.zaxxer.hikari.HikariConfig;

/** The script for MySQL and MariaDB, in the dialect that H2 has of it. */
class MySqlModeOutboxTest extends OutboxContract {

    @Override
    HikariConfig database() {
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl("jdbc:h2:mem:outbox-mysql;MODE=MySQL;DATABASE_TO_LOWER=TRUE;DB_CLOSE_DELAY=-1");
        return config;
    }

    @Override
    String script() {
        return "schema-mysql.sql";
    }
}
