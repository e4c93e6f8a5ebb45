package io.reliablemq.benchmarks.process;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * What both brokers are started with.
 *
 * @param folder on the disk under measurement
 * @param flushDiskType {@code SYNC_FLUSH} or {@code ASYNC_FLUSH}
 * @param flushInterval time between flushes under {@code ASYNC_FLUSH}
 * @param jvmOptions empty for the Java launcher's defaults
 */
public record BrokerOptions(
        String name, Path folder, String flushDiskType, Duration flushInterval, List<String> jvmOptions) {

    /** Both write log files of this size. */
    public static final long LOG_FILE_BYTES = 256L * 1024 * 1024;
}
