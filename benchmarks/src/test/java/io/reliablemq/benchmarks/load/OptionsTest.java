package io.reliablemq.benchmarks.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class OptionsTest {

    private static final Path HOME = Path.of("/repository/benchmarks/target");

    @Test
    void fullFormIsTheDefault() {
        Options options = parse();

        assertThat(options.senders()).containsExactly(1, 16, 64, 256);
        assertThat(options.backlog()).isEqualTo(1_000_000);
        assertThat(options.rounds()).isEqualTo(3);
        assertThat(options.slowRounds()).isEqualTo(1);
        assertThat(options.rates()).containsExactly(1_000, 5_000);
        assertThat(options.brokerJar())
                .isEqualTo(Path.of("/repository/reliable-mq-broker/target/reliable-mq-broker-exec.jar"));
    }

    @Test
    void whatIsGivenWinsOverTheForm() {
        Options options = parse("--backlog", "5", "--form", "short", "--measure", "250ms", "--rates", "");

        assertThat(options.backlog()).isEqualTo(5);
        assertThat(options.rounds()).isEqualTo(1);
        assertThat(options.queues()).isEqualTo(8);
        assertThat(options.measure()).isEqualTo(Duration.ofMillis(250));
        assertThat(options.rates()).isEmpty();
    }

    @Test
    void namesWhatCannotBeRead() {
        assertThatThrownBy(() -> parse("--form", "tall")).hasMessageContaining("--form is 'tall'");
        assertThatThrownBy(() -> parse("--rounds", "many")).hasMessageContaining("--rounds is 'many'");
        assertThatThrownBy(() -> parse("--flush", "NEVER")).hasMessageContaining("--flush is 'NEVER'");
        assertThatThrownBy(() -> parse("--peer", "no")).hasMessageContaining("--peer is 'no'");
        assertThatThrownBy(() -> parse("--speed", "1")).hasMessageContaining("--speed");
        assertThatThrownBy(() -> parse("--rounds")).hasMessageContaining("--rounds");
    }

    private static Options parse(String... arguments) {
        return Options.parse(arguments, HOME);
    }
}
