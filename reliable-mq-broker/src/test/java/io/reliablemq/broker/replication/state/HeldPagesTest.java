package io.reliablemq.broker.replication.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class HeldPagesTest {

    private final HeldPages held = new HeldPages();
    private final List<String> used = new ArrayList<>();

    private void hold(String name, String version, long position) {
        held.hold(new StatePage(name, version, position, new byte[0]));
    }

    private void release(long committed) throws IOException {
        held.release(committed, page -> used.add(page.name() + " " + page.version()));
    }

    /** A cursor that is ahead of the log would pass a message whose copy is not there. */
    @Test
    void nothingIsUsedBeforeTheLogHasComeAsFar() throws IOException {
        hold("delays", "1", 100);
        hold("topics", "1", 50);

        release(49);
        assertThat(used).isEmpty();
        assertThat(held.awaited()).isEqualTo(50);

        release(99);
        assertThat(used).containsExactly("topics 1");
        release(100);
        assertThat(used).containsExactly("topics 1", "delays 1");
        assertThat(held.isEmpty()).isTrue();
        assertThat(held.awaited()).isEqualTo(Long.MAX_VALUE);
    }

    /** Else a log that is always a second behind would never come to any: there is a new version each second. */
    @Test
    void theOldestVersionIsWaitedForAndTheNewest() throws IOException {
        hold("offsets", "1", 100);
        hold("offsets", "2", 200);
        hold("offsets", "3", 300);

        release(150);
        assertThat(used).containsExactly("offsets 1");
        assertThat(held.awaited()).isEqualTo(300);
        release(250);
        assertThat(used).containsExactly("offsets 1");
        release(300);
        assertThat(used).containsExactly("offsets 1", "offsets 3");
        assertThat(held.isEmpty()).isTrue();
    }

    @Test
    void aVersionThatIsOverTakenIsNotUsed() throws IOException {
        hold("offsets", "1", 100);
        hold("offsets", "2", 200);

        release(200);

        assertThat(used).containsExactly("offsets 2");
        assertThat(held.isEmpty()).isTrue();
    }

    @Test
    void ofTwoAtOnePositionTheLaterCounts() throws IOException {
        hold("offsets", "1", 100);
        hold("offsets", "2", 100);

        release(100);

        assertThat(used).containsExactly("offsets 2");
    }

    @Test
    void whatCouldNotBeStoredIsTriedAgain() throws IOException {
        hold("topics", "1", 0);

        assertThatThrownBy(() -> held.release(0, page -> {
                    throw new IOException("disk");
                }))
                .isInstanceOf(IOException.class);
        assertThat(held.awaited()).isZero();

        release(0);
        assertThat(used).containsExactly("topics 1");
    }
}
