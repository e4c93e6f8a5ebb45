package io.reliablemq.broker.app;

import io.reliablemq.broker.Broker;
import io.reliablemq.broker.BrokerProperties;
import io.reliablemq.broker.BrokerStartException;
import io.reliablemq.broker.NameServerProcess;
import io.reliablemq.broker.TlsBundles;
import java.util.Map;
import org.slf4j.LoggerFactory;
import org.springframework.boot.Banner;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.context.support.GenericApplicationContext;

/**
 * Runs a broker as a process of its own, or a name server without a broker.
 *
 * <p>Every setting {@code reliable-mq.broker.*} may be given as an argument, in the environment or in
 * {@code application.properties} in the working folder. The broker is started outside of any bean, so that a start that
 * fails ends in one sentence, and it is stopped by the closing of the context, which SIGTERM brings about.
 */
public final class BrokerApplication {

    /** Set here and not in a file, which would lie in the class path of applications that embed the broker. */
    private static final Map<String, Object> DEFAULTS = Map.of(
            "spring.main.log-startup-info",
            "false",
            "logging.pattern.console",
            "%d{yyyy-MM-dd HH:mm:ss.SSS} %-5level [%thread] %logger{0}: %msg%n",
            "logging.level.root",
            "INFO",
            BrokerProperties.PREFIX + ".management.enabled",
            "true");

    /**
     * Bounds of the JDK's HTTP server, which reads them from nowhere else: a client that sends half a request must not
     * keep the management endpoint from the others for ever.
     */
    private static final Map<String, String> HTTP_BOUNDS =
            Map.of("sun.net.httpserver.maxReqTime", "10", "sun.net.httpserver.timerMillis", "5000");

    public static void main(String[] args) {
        new WarmUp().start();
        HTTP_BOUNDS.forEach((name, value) -> System.getProperties().putIfAbsent(name, value));
        SpringApplication application = new SpringApplication(BrokerApplication.class) {

            /** There are no beans: all that the context is for is settings, logging and the signal to stop. */
            @Override
            protected void load(ApplicationContext context, Object[] sources) {}
        };
        application.setApplicationContextFactory(type -> new GenericApplicationContext());
        application.setWebApplicationType(WebApplicationType.NONE);
        application.setBannerMode(Banner.Mode.OFF);
        application.setDefaultProperties(DEFAULTS);
        application.setKeepAlive(true);
        ConfigurableApplicationContext context = application.run(args);
        try {
            BrokerProperties properties = BoundProperties.from(context.getEnvironment());
            TlsBundles bundles = new SslBundleLookUp(context.getEnvironment());
            Runnable stop = properties.getNameServer().isOnly()
                    ? NameServerProcess.start(properties.toNameServerSettings(bundles))::close
                    : Broker.start(properties.toSettings(bundles))::close;
            context.addApplicationListener(event -> {
                if (event instanceof ContextClosedEvent) {
                    stop.run();
                }
            });
        } catch (BrokerStartException e) {
            System.err.println(e.getMessage());
            giveUp(context);
        } catch (RuntimeException | Error e) {
            // The context keeps the process alive, which must not look like a broker that runs.
            LoggerFactory.getLogger(BrokerApplication.class).error("The broker could not be started", e);
            giveUp(context);
        }
    }

    private static void giveUp(ConfigurableApplicationContext context) {
        context.close();
        System.exit(1);
    }

    private BrokerApplication() {}
}
