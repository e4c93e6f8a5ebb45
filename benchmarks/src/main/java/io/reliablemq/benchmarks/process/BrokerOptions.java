package io.reliablemq.benchmarks.process;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * What both brokers are started with.
 *
 * @param folder on the disk under measurement
 * @param policy {@code SYNC_FLUSH}, {@code ASYNC_FLUSH}, or {@value #STRICT}: a synchronous master and one slave, both
 *     under {@code SYNC_FLUSH}
 * @param flushInterval time between flushes under {@code ASYNC_FLUSH}
 * @param jvmOptions empty for the Java launcher's defaults
 */
public record BrokerOptions(String name, Path folder, String policy, Duration flushInterval, List<String> jvmOptions) {

    /** Both write log files of this size. */
    public static final long LOG_FILE_BYTES = 256L * 1024 * 1024;

    public static final String STRICT = "STRICT";

    boolean isStrict() {
        return policy.equals(STRICT);
    }

    String flushDiskType() {
        return isStrict() ? "SYNC_FLUSH" : policy;
    }
}
