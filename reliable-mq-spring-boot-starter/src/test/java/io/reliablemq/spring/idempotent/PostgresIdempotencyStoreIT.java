package io.reliablemq.spring.idempotent;

import io.reliablemq.spring.fixture.PostgresServer;
import javax.sql.DataSource;
import org.junit.jupiter.api.BeforeAll;
import org.postgresql.ds.PGSimpleDataSource;

class PostgresIdempotencyStoreIT extends JdbcIdempotencyStoreContract {

    private static final PGSimpleDataSource DATABASE = new PGSimpleDataSource();

    @BeforeAll
    static void connect() {
        DATABASE.setUrl(PostgresServer.get().url());
    }

    @Override
    DataSource dataSource() {
        return DATABASE;
    }

    @Override
    String platform() {
        return "postgresql";
    }
}
