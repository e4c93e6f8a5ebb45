package io.reliablemq.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.http.MediaType;
import org.springframework.web.client.RestClient;

/** The packaged application on the beans that were worked out ahead of time. */
class AotProcessedIT {

    private static final Path JAR = Path.of(System.getProperty("sample.jar"));

    @TempDir
    Path folder;

    @Test
    void sendsReceivesAndAnswers() throws Exception {
        try (SampleProcess sample = SampleProcess.start(
                List.of("-Dspring.aot.enabled=true"),
                JAR,
                folder,
                // Whether it is there was decided when the beans were worked out.
                "--sample.demo.orders=3",
                "--sample.payment.failure-rate=0")) {
            RestClient http = RestClient.create("http://127.0.0.1:" + sample.webPort());
            // Says itself so: without it the beans would be found as always, and nothing would have been tested.
            assertThat(sample.hasLine(line -> line.contains("Starting AOT-processed SampleApplication")))
                    .as(sample.output())
                    .isTrue();

            String location = String.valueOf(http.post()
                    .uri("/orders")
                    .contentType(MediaType.APPLICATION_JSON)
                    .body("{\"item\": \"Tea kettle\", \"amountCents\": 3950}")
                    .retrieve()
                    .toBodilessEntity()
                    .getHeaders()
                    .getLocation());

            await().atMost(Duration.ofSeconds(60))
                    .untilAsserted(
                            () -> assertThat(http.get().uri(location).retrieve().body(String.class))
                                    .contains("SHIPPED"));
            assertThat(http.get().uri("/").retrieve().body(String.class)).contains("Place an order");
            assertThat(http.get().uri("/board").retrieve().body(String.class)).contains("Tea kettle");
            assertThat(sample.stop()).isIn(0, 143);
        }
    }
}
