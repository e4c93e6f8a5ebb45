package io.reliablemq.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ByteSizeTest {

    @ParameterizedTest
    @CsvSource({"0,0", "1048576,1048576", "7B,7", "4KB,4096", "256MB,268435456", " 1 gb ,1073741824", "2T,2199023255552"
    })
    void readsWhatUsersWrite(String text, long bytes) {
        assertThat(ByteSize.parse(text).bytes()).isEqualTo(bytes);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "MB", "-1", "1.5MB", "4 mega", "1KBB", "9999999TB"})
    void refusesWhatIsNoSize(String text) {
        assertThatThrownBy(() -> ByteSize.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void printsWhatItReads() {
        for (String text : new String[] {"0B", "1023B", "1KB", "1025B", "4MB", "1536MB", "2GB", "3TB"}) {
            assertThat(ByteSize.parse(text)).hasToString(text);
        }
    }
}
