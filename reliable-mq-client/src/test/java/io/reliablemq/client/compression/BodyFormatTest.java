package io.reliablemq.client.compression;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.reliablemq.protocol.message.SystemFlag;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class BodyFormatTest {

    @ParameterizedTest
    @EnumSource(BodyFormat.class)
    void inflatesWhatItHasCompressed(BodyFormat format) throws BadCompressionException {
        Random random = new Random(7);
        for (int size : new int[] {0, 1, 5_000, 300_000}) {
            byte[] body = new byte[size];
            for (int i = 0; i < size; i++) {
                body[i] = (byte) random.nextInt(4);
            }
            assertThat(BodyFormat.inflate(format.systemFlag(), format.compress(body)))
                    .isEqualTo(body);
        }
    }

    @ParameterizedTest
    @EnumSource(BodyFormat.class)
    void givesUpOnceABodyIsLargerThanAllowed(BodyFormat format) {
        byte[] bomb = format.compress(new byte[10_000_000]);

        assertThatThrownBy(() -> format.inflate(bomb, 1_000_000))
                .isInstanceOf(BadCompressionException.class)
                .hasMessageContaining("more than 1000000");
    }

    @ParameterizedTest
    @EnumSource(BodyFormat.class)
    void refusesWhatIsCutOffOrGarbage(BodyFormat format) {
        byte[] whole = format.compress(new byte[100_000]);

        assertThatThrownBy(() -> format.inflate(Arrays.copyOf(whole, whole.length / 2), 1_000_000))
                .isInstanceOf(BadCompressionException.class);
        assertThatThrownBy(() -> format.inflate(new byte[] {9, 9, 9, 9, 9, 9, 9, 9, 9}, 1_000_000))
                .isInstanceOf(BadCompressionException.class);
    }

    @Test
    void readsTheFormatFromTheSystemFlag() throws BadCompressionException {
        byte[] body = {1, 2, 3};
        assertThat(BodyFormat.inflate(0, body)).isSameAs(body);
        // Old clients name no format.
        assertThat(BodyFormat.inflate(SystemFlag.COMPRESSED, BodyFormat.ZLIB.compress(body)))
                .isEqualTo(body);
        assertThatThrownBy(() -> BodyFormat.inflate(SystemFlag.COMPRESSED | 0x700, body))
                .isInstanceOf(BadCompressionException.class)
                .hasMessageContaining("unknown format 7");
    }
}
