package io.reliablemq.sample;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.springframework.boot.jdbc.test.autoconfigure.JdbcTest;
import org.springframework.test.context.jdbc.Sql;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;

/**
 * A test on an empty database in memory. Its transactions are those of the code under test, so that what is rolled back
 * there is seen here.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@JdbcTest
@Transactional(propagation = Propagation.NOT_SUPPORTED)
@Sql(
        statements = {
            "DELETE FROM parcel_step",
            "DELETE FROM review_request",
            "DELETE FROM charge_attempt",
            "DELETE FROM charge",
            "DELETE FROM orders",
            "DELETE FROM demo_run"
        })
public @interface DatabaseTest {}
