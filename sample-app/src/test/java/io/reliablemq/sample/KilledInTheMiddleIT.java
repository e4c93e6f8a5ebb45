package io.reliablemq.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.web.client.RestClient;

/** The packaged application, killed twice in the middle of its orders, loses none and charges none twice. */
class KilledInTheMiddleIT {

    private static final int ORDERS = 200;
    private static final Duration BOUND = Duration.ofSeconds(120);
    private static final Pattern SENT = Pattern.compile("\"sent\":(\\d+)");
    private static final Pattern SUMMARY =
            Pattern.compile("sent (\\d+), consumed (\\d+), retried (\\d+), dead (\\d+), lost (\\d+)");

    private static final Path JAR = Path.of(System.getProperty("sample.jar", "target/sample-app.jar"));
    private static final String[] ARGUMENTS = {
        "--sample.demo.orders=" + ORDERS, "--sample.demo.orders-per-second=50", "--sample.payment.failure-rate=0.3"
    };

    @TempDir
    private Path folder;

    @Test
    void losesNothing() throws Exception {
        long seed = new Random().nextLong();
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        int firstKill = 10 + random.nextInt(70);
        int secondKill = 90 + random.nextInt(100);

        killAfter(firstKill);
        killAfter(secondKill);

        try (SampleProcess sample = SampleProcess.start(JAR, folder, ARGUMENTS)) {
            MatchResult summary = sample.awaitLine(SUMMARY, BOUND);
            assertThat(number(summary, 1)).as("sent, seed %d", seed).isEqualTo(ORDERS);
            assertThat(number(summary, 5)).as("lost, seed %d", seed).isZero();
            assertThat(number(summary, 2) + number(summary, 4))
                    .as("consumed and dead")
                    .isEqualTo(ORDERS);
            assertThat(sample.stop()).as("exit code after SIGTERM").isEqualTo(143);
        }
    }

    /** Starts the application and kills it once that many orders have been sent. */
    private void killAfter(int orders) throws Exception {
        try (SampleProcess sample = SampleProcess.start(JAR, folder, ARGUMENTS)) {
            RestClient http = RestClient.create("http://127.0.0.1:" + sample.webPort());
            await().atMost(BOUND).pollInterval(Duration.ofMillis(50)).until(() -> sent(http) >= orders);
            sample.kill();
            assertThat(sample.hasLine(line -> SUMMARY.matcher(line).find()))
                    .as("it was killed before its end")
                    .isFalse();
        }
    }

    private static int sent(RestClient http) {
        Matcher matcher =
                SENT.matcher(String.valueOf(http.get().uri("/board").retrieve().body(String.class)));
        assertThat(matcher.find()).isTrue();
        return Integer.parseInt(matcher.group(1));
    }

    private static int number(MatchResult summary, int group) {
        return Integer.parseInt(summary.group(group));
    }
}
