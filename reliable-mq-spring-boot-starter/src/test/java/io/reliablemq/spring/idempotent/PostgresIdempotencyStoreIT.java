package io.reliablemq.spring.idempotent;

import io.reliablemq.spring.fixture.PostgresServer;
import javax.sql.DataSource;
import org.junit.jupiter.api.BeforeAll;
import org.postgresql.ds.PGSimpleDataSource;

class PostgresIdempotencyStoreIT extends JdbcIdempotencyStoreContract {

    private static PGSimpleDataSource database;

    @BeforeAll
    static void startServer() {
        database = new PGSimpleDataSource();
        database.setUrl(PostgresServer.get().url());
    }

    @Override
    DataSource dataSource() {
        return database;
    }

    @Override
    String platform() {
        return "postgresql";
    }
}
