package io.reliablemq.spring.idempotent;

import io.reliablemq.spring.fixture.PostgresServer;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.condition.EnabledIf;
import org.postgresql.ds.PGSimpleDataSource;

@EnabledIf(value = "io.reliablemq.spring.fixture.PostgresServer#isInstalled", disabledReason = "PostgreSQL is not installed")
class PostgresIdempotencyStoreIT extends JdbcIdempotencyStoreContract {

    private static PostgresServer server;
    private static PGSimpleDataSource database;

    @BeforeAll
    static void startServer() {
        server = PostgresServer.start();
        database = new PGSimpleDataSource();
        database.setUrl(server.url());
        database.setUser(server.user());
    }

    @AfterAll
    static void stopServer() {
        server.close();
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
