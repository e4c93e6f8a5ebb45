package io.reliablemq.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.reliablemq.sample.demo.DemoRun;
import io.reliablemq.sample.demo.DemoRuns;
import io.reliablemq.sample.tally.Tallies;
import io.reliablemq.sample.tally.Tally;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.test.annotation.DirtiesContext;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import org.springframework.web.client.RestClient;

/** The whole application on its embedded broker, with a gateway that refuses every second charge. */
@SpringBootTest(
        webEnvironment = WebEnvironment.RANDOM_PORT,
        properties = {
            "sample.demo.orders=" + OrdersReachTheirEndIT.ORDERS,
            "sample.demo.orders-per-second=100",
            "sample.payment.failure-rate=0.5",
            "sample.payment.max-reconsume-times=2",
            "reliable-mq.broker.message-delay-level=1s 1s 1s 1s 1s"
        })
@ExtendWith(OutputCaptureExtension.class)
@DirtiesContext // Stops the application before its folder is deleted.
class OrdersReachTheirEndIT {

    static final int ORDERS = 40;
    private static final Duration BOUND = Duration.ofSeconds(90);

    @TempDir
    static Path folder;

    @DynamicPropertySource
    static void folder(DynamicPropertyRegistry registry) {
        registry.add("sample.data-dir", folder::toString);
    }

    @LocalServerPort
    private int port;

    @Autowired
    private DemoRuns runs;

    @Autowired
    private Tallies tallies;

    @Autowired
    private JdbcClient jdbc;

    @Test
    void eachOrderIsShippedOrDeadAndChargedAtMostOnce(CapturedOutput output) {
        await().atMost(BOUND).until(() -> runs.latest().flatMap(runs::summary).isPresent());
        DemoRun run = runs.latest().orElseThrow();
        Tally tally = tallies.ofIdsBeginning(run.idPrefix());

        assertThat(tally.sent()).isEqualTo(ORDERS);
        assertThat(tally.consumed() + tally.dead()).isEqualTo(ORDERS);
        assertThat(tally.lost()).isZero();
        assertThat(tally.retried()).isPositive();
        assertThat(count("SELECT COUNT(*) FROM charge")).isEqualTo(count("""
                SELECT COUNT(*) FROM orders WHERE state = 'SHIPPED'"""));
        // A dead order was tried as often as the settings allow, neither more nor less.
        assertThat(count("""
                SELECT COUNT(*) FROM orders o WHERE state = 'DEAD'
                   AND (SELECT COUNT(*) FROM charge_attempt a WHERE a.order_id = o.id) <> 3""")).isZero();
        await().atMost(BOUND).untilAsserted(() -> assertThat(output.getAll()).containsOnlyOnce(tally.toString()));
    }

    @Test
    void anOrderOverHttpIsSafeWhenAnsweredAndReachesItsEnd() {
        RestClient http = RestClient.create("http://127.0.0.1:" + port);

        ResponseEntity<Void> answer = http.post()
                .uri("/orders")
                .contentType(MediaType.APPLICATION_JSON)
                .body("{\"item\": \"Tea kettle\", \"amountCents\": 3950}")
                .retrieve()
                .toBodilessEntity();

        assertThat(answer.getStatusCode()).isEqualTo(HttpStatus.CREATED);
        String id = String.valueOf(answer.getHeaders().getLocation()).substring("/orders/".length());
        assertThat(count("SELECT COUNT(*) FROM orders WHERE id = '" + id + "' AND acknowledged_at IS NOT NULL"))
                .isEqualTo(1);
        await().atMost(BOUND)
                .untilAsserted(() -> assertThat(jdbc.sql("SELECT state FROM orders WHERE id = :id")
                                .param("id", id)
                                .query(String.class)
                                .single())
                        .isIn("SHIPPED", "DEAD"));
        assertThat(http.get().uri("/board").retrieve().body(String.class)).contains(id);
        assertThat(http.get().uri("/").retrieve().body(String.class)).contains("Place an order");
    }

    private int count(String query) {
        return jdbc.sql(query).query(Integer.class).single();
    }
}
