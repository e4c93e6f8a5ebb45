package io.reliablemq.spring.test;

import io.reliablemq.spring.autoconfigure.ReliableMqAutoConfiguration;
import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;

/**
 * Gives a test class a broker inside its application context: on free ports, in a temporary folder, whatever broker the
 * application's own properties name. The folder is deleted when the context closes. Journal and offsets of broadcasts are kept
 * in it too, connections are plain, and a strict guarantee, which no single broker gives, is only reported.
 *
 * <p>The context has three more beans, which tests inject: {@link ReliableMqTestTemplate}, {@link VirtualClock} and
 * {@link BrokerFaults}. After every test faults are taken back and the clock runs again.
 *
 * <p>Works with {@code @SpringBootTest}, with slices such as {@code @JdbcTest}, and with a plain Spring test.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Documented
@Inherited
@ImportAutoConfiguration(ReliableMqAutoConfiguration.class)
public @interface EmbeddedReliableMq {

    /** Who has the same broker. */
    Scope scope() default Scope.SHARED;

    /**
     * Properties of the context, as {@code name=value}, above those of the application and those that this annotation sets:
     * {@code reliable-mq.broker.auto-create-topics=false}, for instance.
     */
    String[] properties() default {};

    /** Who has the same broker. */
    enum Scope {

        /**
         * All test classes whose contexts are the same. The context, and the broker with it, is made once and kept in Spring's
         * cache; messages of one class are in the broker when the next one runs.
         */
        SHARED,

        /** Nobody else: the class has a context and a broker of its own, which are closed after its last test. */
        TEST_CLASS
    }
}
