package io.reliablemq.broker.registration;

import static org.assertj.core.api.Assertions.assertThat;

import io.reliablemq.protocol.body.TopicTable;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class RegistrarTest {

    private Registrar registrar() {
        return new Registrar(
                List.of(),
                new RegistrationHeader("cluster", "broker-a", 0, "127.0.0.1:10911"),
                () -> new TopicTable(Map.of(), new TopicTable.DataVersion(0, 0, 0)),
                (where, error) -> {});
    }

    @Test
    void announcementAfterTheStopKeepsNobodyWaiting() {
        Registrar registrar = registrar();
        registrar.start().join();
        registrar.close();

        assertThat(registrar.announce()).isCompleted();
    }

    @Test
    void roundThatFailsKeepsNobodyWaiting() throws Exception {
        try (Registrar registrar = new Registrar(
                List.of(),
                new RegistrationHeader("cluster", "broker-a", 0, "127.0.0.1:10911"),
                () -> {
                    throw new IllegalStateException("as the test wants");
                },
                (where, error) -> {})) {
            assertThat(registrar.start().get(20, TimeUnit.SECONDS)).isNull();
        }
    }
}
