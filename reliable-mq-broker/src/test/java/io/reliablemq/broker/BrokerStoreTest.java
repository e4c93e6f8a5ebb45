package io.reliablemq.broker;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.reliablemq.broker.role.BrokerRole;
import io.reliablemq.protocol.runtime.Clock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** What an operator reads when the log is opened. */
class BrokerStoreTest {

    @TempDir
    Path folder;

    private final Logger logger = (Logger) LoggerFactory.getLogger(Broker.class);
    private final ListAppender<ILoggingEvent> lines = new ListAppender<>();

    @BeforeEach
    void listen() {
        lines.start();
        logger.addAppender(lines);
    }

    @AfterEach
    void stopListening() {
        logger.detachAppender(lines);
    }

    private List<String> openAndClose(Level level) throws IOException {
        BrokerProperties properties = new BrokerProperties();
        properties.setDataDir(folder.toString());
        lines.list.clear();
        BrokerStore.open(properties.toSettings(), BrokerRole.ASYNC_MASTER, Clock.SYSTEM, (where, error) -> {})
                .store()
                .close();
        return lines.list.stream()
                .filter(line -> line.getLevel() == level)
                .map(ILoggingEvent::getFormattedMessage)
                .toList();
    }

    @Test
    void oneLineTellsHowTheLogWasFound() throws Exception {
        assertThat(openAndClose(Level.INFO))
                .singleElement()
                .asString()
                .contains(folder.toString())
                .contains("opened empty");

        assertThat(openAndClose(Level.INFO))
                .singleElement()
                .asString()
                .contains("after a clean stop")
                .contains("goes on at position 0");
        assertThat(openAndClose(Level.WARN)).isEmpty();
    }

    @Test
    void warnsOfWhatWasCutAndWhere() throws Exception {
        openAndClose(Level.INFO);
        Files.delete(folder.resolve("clean-stop"));
        Files.write(
                folder.resolve("log/00000000000000000000.log"),
                "torn record".getBytes(java.nio.charset.StandardCharsets.UTF_8),
                StandardOpenOption.WRITE);

        assertThat(openAndClose(Level.WARN))
                .singleElement()
                .asString()
                .contains(folder.toString())
                .contains("cut at position 0")
                .contains("11 bytes");
    }
}
