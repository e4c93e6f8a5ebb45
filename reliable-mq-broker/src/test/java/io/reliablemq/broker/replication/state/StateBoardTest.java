package io.reliablemq.broker.replication.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.reliablemq.broker.ManualClock;
import io.reliablemq.protocol.body.MalformedBodyException;
import io.reliablemq.protocol.command.Body;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class StateBoardTest {

    private final ManualClock clock = new ManualClock();
    private long committed = 100;
    private final StateBoard board = new StateBoard(() -> committed, clock, () -> {});
    private final Map<String, String> known = new HashMap<>();
    private final List<List<StatePage>> answers = new ArrayList<>();

    private void read(Duration wait) {
        board.read(known, wait, body -> {
            List<StatePage> pages = StatePages.decode(body);
            pages.forEach(page -> known.put(page.name(), page.version()));
            answers.add(pages);
        });
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String text(StatePage page) {
        return new String(page.content(), StandardCharsets.UTF_8);
    }

    @Test
    void givesWhatTheReaderHasNotAndThePositionThatItBelongsTo() {
        board.post("topics", bytes("t1"));
        committed = 200;
        board.post("offsets", bytes("a longer one"));

        read(Duration.ofSeconds(5));

        assertThat(answers).singleElement().satisfies(pages -> {
            assertThat(pages).extracting(StatePage::name).containsExactly("topics", "offsets");
            assertThat(pages).extracting(StatePage::position).containsExactly(100L, 200L);
            assertThat(pages).extracting(StateBoardTest::text).containsExactly("t1", "a longer one");
        });
    }

    @Test
    void wakesAWaitingReaderWithTheChangeAlone() {
        board.post("topics", bytes("t1"));
        board.post("offsets", bytes("o1"));
        read(Duration.ofSeconds(5));
        read(Duration.ofSeconds(5));
        assertThat(answers).hasSize(1);

        board.post("offsets", bytes("o2"));

        assertThat(answers).hasSize(2);
        assertThat(answers.get(1)).extracting(StateBoardTest::text).containsExactly("o2");
    }

    @Test
    void answersWithNothingWhenTheTimeIsOver() {
        read(Duration.ofSeconds(5));
        assertThat(board.expire()).isEqualTo(Duration.ofSeconds(5).toNanos());
        clock.pass(Duration.ofSeconds(5));

        board.expire();

        assertThat(answers).containsExactly(List.of());
    }

    @Test
    void versionsOfAnotherTermAreOthers() {
        board.post("topics", bytes("t1"));
        read(Duration.ZERO);
        StateBoard successor = new StateBoard(() -> 0, clock, () -> {});
        successor.post("topics", bytes("t1"));

        successor.read(known, Duration.ZERO, body -> answers.add(StatePages.decode(body)));

        assertThat(answers.get(1)).hasSize(1);
    }

    @Test
    void pagesThatDoNotFitTogetherComeOneAfterTheOther() {
        Random random = new Random(7);
        for (int i = 0; i < 3; i++) {
            byte[] large = new byte[3 * 1024 * 1024];
            random.nextBytes(large);
            board.post("page" + i, large);
        }

        for (int i = 0; i < 3; i++) {
            read(Duration.ZERO);
        }

        assertThat(answers).allSatisfy(pages -> assertThat(pages).hasSize(1));
        assertThat(known).containsOnlyKeys("page0", "page1", "page2");
    }

    @Test
    void bytesThatAreNoPagesAreRefused() {
        byte[] whole = StatePages.encode(List.of(new StatePage("n", "v", 1, bytes("content"))))
                .toByteArray();
        for (int length = 0; length < whole.length; length++) {
            byte[] cut = Arrays.copyOf(whole, length);
            assertThatThrownBy(() -> StatePages.decode(Body.of(cut))).isInstanceOf(MalformedBodyException.class);
        }
    }
}
