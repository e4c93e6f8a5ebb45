package io.reliablemq.benchmarks.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class FootprintTest {

    @Test
    void readsKibibytesAndThreads() {
        Footprint footprint =
                Footprint.parse(List.of("Name:\tjava", "VmHWM:\t  300000 kB", "VmRSS:\t  204800 kB", "Threads:\t37"));

        assertThat(footprint).isEqualTo(new Footprint(200L << 20, 37));
    }

    @Test
    void refusesAnythingElse() {
        assertThatThrownBy(() -> Footprint.parse(List.of("Name:\tjava"))).hasMessageContaining("VmRSS");
    }
}
