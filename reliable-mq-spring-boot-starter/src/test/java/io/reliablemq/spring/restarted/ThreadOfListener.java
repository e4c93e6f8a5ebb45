package io.reliablemq.spring.restarted;

import io.reliablemq.spring.annotation.MessageListener;
import io.reliablemq.spring.core.ReliableMqTemplate;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.springframework.boot.Banner;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;

/** An application that says on which thread its listener runs. Its argument is the data folder. */
@Configuration(proxyBeanMethods = false)
@EnableAutoConfiguration
public class ThreadOfListener {

    static class Listener {

        final CompletableFuture<String> thread = new CompletableFuture<>();

        @MessageListener(topic = "threads", group = "curious")
        void on(String text) {
            // What a virtual thread is called in Java 21 and later: VirtualThread[#29,name]/runnable.
            thread.complete(Thread.currentThread().toString());
        }
    }

    /** The thread, as text, of a listener in an application with virtual threads switched on. */
    public static String ask(String folder) throws Exception {
        try (ConfigurableApplicationContext application = new SpringApplicationBuilder(
                        ThreadOfListener.class, Listener.class)
                .web(WebApplicationType.NONE)
                .bannerMode(Banner.Mode.OFF)
                .properties("spring.threads.virtual.enabled=true", "reliable-mq.broker.data-dir=" + folder)
                .run()) {
            application.getBean(ReliableMqTemplate.class).send("threads", "x");
            return application.getBean(Listener.class).thread.get(60, TimeUnit.SECONDS);
        }
    }

    public static void main(String[] args) throws Exception {
        String thread = ask(args[0]);
        System.out.println("The listener ran on " + thread);
        // The context is closed: only a thread that was forgotten could keep the process.
    }
}
