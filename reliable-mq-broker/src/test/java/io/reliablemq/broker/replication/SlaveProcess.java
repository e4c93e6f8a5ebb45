package io.reliablemq.broker.replication;

import io.reliablemq.broker.store.StoreSettings;
import java.io.OutputStream;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A slave in a process of its own, until its input ends. Its output stands beside its folder. */
final class SlaveProcess {

    private static final Logger LOG = LoggerFactory.getLogger(SlaveProcess.class);

    /** @param arguments the data folder, and where the master is */
    public static void main(String[] arguments) throws Exception {
        SlaveNode node = new SlaveNode(
                SlaveNode.settings(Path.of(arguments[0])).withPreallocateBytes(StoreSettings.DEFAULT_PREALLOCATE_BYTES),
                ReplicationSettings.DEFAULT,
                () -> arguments[1],
                (where, error) -> LOG.error("Error in {}", where, error));
        System.in.transferTo(OutputStream.nullOutputStream());
        node.close();
    }

    static Process start(Path folder, String master) throws Exception {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx512m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        SlaveProcess.class.getName(),
                        folder.toString(),
                        master)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(
                        folder.resolveSibling(folder.getFileName() + ".log").toFile()))
                .start();
    }

    private SlaveProcess() {}
}
