package io.reliablemq.spring.restarted;

import io.reliablemq.spring.annotation.MessageListener;
import io.reliablemq.spring.core.ReliableMqTemplate;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import org.springframework.boot.Banner;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;

/**
 * An application that a restart loads anew, as DevTools does with the classes of a project while the jars stay. Spoken to in
 * types of the JDK only: {@code apply("send x")}, {@code apply("received")}, {@code apply("close")}.
 */
@Configuration(proxyBeanMethods = false)
@EnableAutoConfiguration
public class Shop implements Function<String, Object> {

    private ConfigurableApplicationContext context;

    /** Its class belongs to one start only. */
    record Order(String id) {}

    static class Orders {

        final List<String> received = new CopyOnWriteArrayList<>();

        @MessageListener(topic = "restarted-orders", group = "restarted")
        void on(Order order) {
            received.add(order.id());
        }
    }

    @Override
    public Object apply(String command) {
        if (command.startsWith("run ")) {
            context = new SpringApplicationBuilder(Shop.class, Orders.class)
                    .web(WebApplicationType.NONE)
                    .bannerMode(Banner.Mode.OFF)
                    .properties("reliable-mq.broker.data-dir=" + command.substring(4))
                    .run();
        } else if (command.startsWith("send ")) {
            context.getBean(ReliableMqTemplate.class).send("restarted-orders", new Order(command.substring(5)));
        } else if (command.equals("received")) {
            return List.copyOf(context.getBean(Orders.class).received);
        } else {
            context.close();
        }
        return command;
    }
}
