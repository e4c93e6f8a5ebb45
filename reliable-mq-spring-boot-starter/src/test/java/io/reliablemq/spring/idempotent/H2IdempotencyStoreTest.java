package io.reliablemq.spring.idempotent;

import javax.sql.DataSource;
import org.h2.jdbcx.JdbcConnectionPool;
import org.junit.jupiter.api.AfterAll;

class H2IdempotencyStoreTest extends JdbcIdempotencyStoreContract {

    private static final JdbcConnectionPool POOL =
            JdbcConnectionPool.create("jdbc:h2:mem:marks;DB_CLOSE_DELAY=-1;LOCK_TIMEOUT=20000", "sa", "");

    @AfterAll
    static void closePool() {
        POOL.dispose();
    }

    @Override
    DataSource dataSource() {
        return POOL;
    }

    @Override
    String platform() {
        return "h2";
    }
}
