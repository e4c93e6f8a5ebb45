package io.reliablemq.client.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ClientSettingsTest {

    @Test
    void takesSeveralNameServers() {
        assertThat(ClientSettings.of("first:9876", "[::1]:9877").nameServers())
                .containsExactly("first:9876", "[::1]:9877");
    }

    /** A list in one text would be taken for one host of a strange name, which can never be reached. */
    @ParameterizedTest
    @ValueSource(
            strings = {"first:9876;second:9876", "first:9876,second:9876", "first:9876 second:9876", "first", ":9876"})
    void refusesWhatIsNoAddress(String given) {
        assertThatThrownBy(() -> ClientSettings.of(given))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'" + given + "'")
                .hasMessageContaining("each is given by itself");
    }
}
