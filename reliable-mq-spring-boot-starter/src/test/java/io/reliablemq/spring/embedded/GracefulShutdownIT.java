package io.reliablemq.spring.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.reliablemq.spring.annotation.MessageListener;
import io.reliablemq.spring.core.ReliableMqTemplate;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.boot.Banner;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** An application that is told to stop while a request and a listener are at work, in a real context with a web server. */
@Timeout(90)
class GracefulShutdownIT {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @TempDir
    Path folder;

    @Test
    void letsTheRequestAndTheListenerThatAreAtWorkEndAndSend() throws Exception {
        Work work;
        CompletableFuture<HttpResponse<String>> response;
        Thread closing;
        try (ConfigurableApplicationContext application = run()) {
            work = application.getBean(Work.class);
            application.getBean(ReliableMqTemplate.class).send("jobs", "first");
            application.getBean(ReliableMqTemplate.class).send("jobs", "second");
            assertThat(work.listening.await(30, TimeUnit.SECONDS)).isTrue();
            int port =
                    ((WebServerApplicationContext) application).getWebServer().getPort();
            response = HttpClient.newHttpClient()
                    .sendAsync(
                            HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/order"))
                                    .build(),
                            HttpResponse.BodyHandlers.ofString());
            assertThat(work.serving.await(30, TimeUnit.SECONDS)).isTrue();

            closing = new Thread(application::close, "closing");
            closing.start();
            EmbeddedBroker broker = application.getBean(EmbeddedBroker.class);
            // The listener is waited for first: nothing behind it has stopped while it works.
            assertThat(response).isNotDone();
            assertThat(broker.isRunning()).isTrue();
            work.mayListen.countDown();
            await().atMost(PATIENCE).untilAsserted(() -> assertThat(work.done).contains("listener sent"));
            assertThat(response).isNotDone();
            assertThat(broker.isRunning()).isTrue();
            work.mayServe.countDown();
            assertThat(response.get(30, TimeUnit.SECONDS).body()).isEqualTo("sent");
            closing.join(TimeUnit.SECONDS.toMillis(60));

            assertThat(closing.isAlive()).isFalse();
            assertThat(broker.isRunning()).isFalse();
            // A bean that sends while it is destroyed finds producer and broker still there.
            assertThat(work.done).containsExactly("listener sent", "request sent", "destroyed sent");
        }
        assertNothingIsLost(work);
    }

    /** What was sent while it stopped is there, and the message that nobody had begun comes again. */
    private void assertNothingIsLost(Work before) {
        try (ConfigurableApplicationContext application = run()) {
            Work work = application.getBean(Work.class);
            work.mayListen.countDown();
            work.mayServe.countDown();
            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(work.results)
                            .containsExactlyInAnyOrder("of first", "of the request", "of the end", "of second"));
            assertThat(before.jobs).containsExactly("first");
            assertThat(work.jobs).containsExactly("second");
        }
    }

    private ConfigurableApplicationContext run() {
        return new SpringApplicationBuilder(Application.class, Work.class, Results.class)
                .bannerMode(Banner.Mode.OFF)
                .properties(
                        "server.port=0",
                        "server.address=127.0.0.1",
                        "reliable-mq.broker.data-dir=" + folder,
                        "reliable-mq.producer.default-topic-queue-count=1",
                        "reliable-mq.consumer.concurrency=1")
                .run();
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Application {}

    @RestController
    static class Work implements DisposableBean {

        final CountDownLatch listening = new CountDownLatch(1);
        final CountDownLatch serving = new CountDownLatch(1);
        final CountDownLatch mayListen = new CountDownLatch(1);
        final CountDownLatch mayServe = new CountDownLatch(1);
        final List<String> jobs = new CopyOnWriteArrayList<>();
        final List<String> done = new CopyOnWriteArrayList<>();
        final List<String> results = new CopyOnWriteArrayList<>();

        private final ReliableMqTemplate template;

        Work(ReliableMqTemplate template) {
            this.template = template;
        }

        @MessageListener(topic = "jobs", group = "workers")
        void on(String job) throws InterruptedException {
            jobs.add(job);
            listening.countDown();
            assertThat(mayListen.await(60, TimeUnit.SECONDS)).isTrue();
            template.send("results", "of " + job);
            done.add("listener sent");
        }

        @GetMapping("/order")
        String order() throws InterruptedException {
            serving.countDown();
            assertThat(mayServe.await(60, TimeUnit.SECONDS)).isTrue();
            template.send("results", "of the request");
            done.add("request sent");
            return "sent";
        }

        @Override
        public void destroy() {
            if (listening.getCount() == 0 && done.contains("request sent")) {
                template.send("results", "of the end");
                done.add("destroyed sent");
            }
        }
    }

    static class Results {

        private final Work work;

        Results(Work work) {
            this.work = work;
        }

        @MessageListener(topic = "results", group = "readers-${random.uuid}")
        void on(String result) {
            work.results.add(result);
        }
    }
}
