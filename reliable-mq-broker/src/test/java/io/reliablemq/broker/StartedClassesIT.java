package io.reliablemq.broker;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a process has to load until its broker is ready, which is most of the time that this takes. */
class StartedClassesIT {

    @TempDir
    Path folder;

    /** Starts a broker with its own name server, and ends before that has anything else to do. */
    public static final class Starting {

        public static void main(String[] args) {
            BrokerProperties properties = new BrokerProperties();
            properties.setListenPort(0);
            properties.getNameServer().setPort(0);
            properties.getManagement().setEnabled(false);
            properties.setDataDir(args[0]);
            Broker.start(properties.toSettings());
            Runtime.getRuntime().halt(0);
        }
    }

    @Test
    void brokerIsReadyBeforeAnythingReadsOrWritesJson() throws Exception {
        Path loaded = folder.resolve("loaded.txt");
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xlog:class+load:file=" + loaded + "::filecount=0",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Starting.class.getName(),
                        folder.resolve("data").toString())
                .redirectErrorStream(true)
                .redirectOutput(new File(folder.toFile(), "out.txt"))
                .start();
        try {
            assertThat(process.waitFor(60, TimeUnit.SECONDS))
                    .as("end of the process")
                    .isTrue();
        } finally {
            process.destroyForcibly().onExit().join();
        }
        assertThat(process.exitValue())
                .as(Files.readString(folder.resolve("out.txt")))
                .isZero();
        assertThat(Files.readString(loaded))
                .contains("io.reliablemq.broker.nameserver.NameServer ")
                .doesNotContain("tools.jackson.");
    }
}
