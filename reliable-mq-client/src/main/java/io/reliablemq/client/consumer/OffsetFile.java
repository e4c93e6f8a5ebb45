package io.reliablemq.client.consumer;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.reliablemq.client.api.PushConsumer.Queue;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.CRC32;

/**
 * Offsets in a text file. One line a queue, {@code offset queueId brokerName topic}, in order, and behind them
 * {@code crc} and the CRC-32 of the lines before, in hexadecimal. The file is written beside the old one, flushed, and put in
 * its place, so that a crash leaves the one or the other. Not thread-safe.
 */
final class OffsetFile {

    private static final String CHECKSUM = "crc ";

    private final Path folder;
    private final Path file;

    OffsetFile(Path folder) {
        this.folder = folder;
        this.file = folder.resolve("offsets");
    }

    /**
     * @return empty if there is no file yet
     * @throws IOException if it cannot be read, or is damaged: to begin anew would receive everything again, or skip it, so
     *     that somebody has to decide
     */
    Map<Queue, Long> read() throws IOException {
        if (!Files.exists(file)) {
            return Map.of();
        }
        String text = Files.readString(file, UTF_8);
        int end = text.lastIndexOf(CHECKSUM);
        if (end < 0 || !text.substring(end).equals(checksum(text.substring(0, end)))) {
            throw new IOException(
                    "the file " + file + " is damaged; remove it to start as a new group does, or put a copy back");
        }
        Map<Queue, Long> offsets = new HashMap<>();
        List<String> lines = text.substring(0, end).lines().toList();
        for (String line : lines) {
            String[] parts = line.split(" ", 4);
            offsets.put(new Queue(parts[3], parts[2], Integer.parseInt(parts[1])), Long.parseLong(parts[0]));
        }
        return offsets;
    }

    void write(Map<Queue, Long> offsets) throws IOException {
        StringBuilder text = new StringBuilder();
        Map<String, String> lines = new TreeMap<>();
        offsets.forEach((queue, offset) -> lines.put(
                queue.toString(),
                offset + " " + queue.queueId() + " " + queue.brokerName() + " " + queue.topic() + "\n"));
        lines.values().forEach(text::append);
        text.append(checksum(text.toString()));
        Path next = folder.resolve("offsets.next");
        try (FileChannel channel = FileChannel.open(
                next, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
            ByteBuffer bytes = UTF_8.encode(text.toString());
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            channel.force(true);
        }
        Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    private static String checksum(String text) {
        CRC32 crc = new CRC32();
        crc.update(text.getBytes(UTF_8));
        return CHECKSUM + Long.toHexString(crc.getValue()) + "\n";
    }

    @Override
    public String toString() {
        return file.toString();
    }
}
