package io.reliablemq.spring.outbox;

import io.reliablemq.spring.core.ReliableMqTemplate;
import java.util.concurrent.CountDownLatch;
import org.springframework.boot.Banner;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * An application for the tests that kill one: writes orders and, in the same transaction, a message for each; prints
 * {@code WRITTEN} when it has, and goes on sending until it is ended.
 */
@Configuration(proxyBeanMethods = false)
@EnableAutoConfiguration
class OutboxApplication {

    static final String TOPIC = "orders";
    static final int KEYS = 8;

    /** @param arguments a name of this process, how many orders, and Spring's {@code --name=value} */
    public static void main(String[] arguments) throws InterruptedException {
        String name = arguments[0];
        int orders = Integer.parseInt(arguments[1]);
        SpringApplication application = new SpringApplicationBuilder(OutboxApplication.class)
                .web(WebApplicationType.NONE)
                .bannerMode(Banner.Mode.OFF)
                .build();
        try (ConfigurableApplicationContext context = application.run(arguments)) {
            write(context, name, orders);
            System.out.println("WRITTEN");
            new CountDownLatch(1).await();
        }
    }

    private static void write(ConfigurableApplicationContext context, String name, int orders) {
        TransactionTemplate transaction = context.getBean(TransactionTemplate.class);
        JdbcTemplate jdbc = context.getBean(JdbcTemplate.class);
        ReliableMqTemplate template = context.getBean(ReliableMqTemplate.class);
        for (int i = 0; i < orders; i++) {
            String key = name + "-" + i % KEYS;
            String order = name + "-" + i;
            int number = i;
            transaction.executeWithoutResult(status -> {
                jdbc.update("INSERT INTO placed (id, customer, number) VALUES (?, ?, ?)", order, key, number);
                template.newMessage(order).topic(TOPIC).orderingKey(key).send();
                if (number % 7 == 6) {
                    status.setRollbackOnly();
                }
            });
        }
    }
}
