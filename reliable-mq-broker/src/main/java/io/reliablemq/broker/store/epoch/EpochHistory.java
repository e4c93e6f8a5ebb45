package io.reliablemq.broker.store.epoch;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * The epochs of one log, in order. Immutable.
 *
 * <p>As text, lines of UTF-8; the last one holds a checksum of those before:
 *
 * <pre>
 * epoch NUMBER ID START      number and position in decimal, id in 16 hexadecimal digits
 * crc32c HEX
 * </pre>
 */
public final class EpochHistory {

    /** Of a log that nobody has written yet. */
    public static final EpochHistory NONE = new EpochHistory(List.of());

    private final List<Epoch> epochs;

    private EpochHistory(List<Epoch> epochs) {
        this.epochs = List.copyOf(epochs);
    }

    public static EpochHistory of(List<Epoch> epochs) {
        for (int i = 1; i < epochs.size(); i++) {
            Epoch before = epochs.get(i - 1);
            if (epochs.get(i).number() <= before.number() || epochs.get(i).start() < before.start()) {
                throw new IllegalArgumentException(epochs.get(i) + " cannot follow " + before);
            }
        }
        return new EpochHistory(epochs);
    }

    public List<Epoch> epochs() {
        return epochs;
    }

    /** The epoch that is written last; null if there is none. */
    public @Nullable Epoch last() {
        return epochs.isEmpty() ? null : epochs.get(epochs.size() - 1);
    }

    /** Number of the epoch that is written last; 0 if there is none. */
    public int lastNumber() {
        Epoch last = last();
        return last == null ? 0 : last.number();
    }

    /** Number of the epoch that a record at this position belongs to; 0 if there is none. */
    public int numberAt(long position) {
        int number = 0;
        for (Epoch epoch : epochs) {
            if (epoch.start() > position) {
                break;
            }
            number = epoch.number();
        }
        return number;
    }

    /**
     * A new epoch begins where the log ends. Epochs in which nothing was written are left out.
     *
     * @param id random
     */
    public EpochHistory begin(long id, long logEnd) {
        List<Epoch> more = new ArrayList<>(epochs);
        more.removeIf(epoch -> epoch.start() >= logEnd);
        more.add(new Epoch(lastNumber() + 1, id, logEnd));
        return of(more);
    }

    /**
     * How far two logs are the same: up to where the first of them ends its part of the last epoch that both have.
     *
     * @param end of the log that has this history
     * @param otherEnd of the log that has the other one
     * @return 0 if they have no epoch in common
     */
    public long commonEnd(long end, EpochHistory other, long otherEnd) {
        for (int i = epochs.size() - 1; i >= 0; i--) {
            for (int j = other.epochs.size() - 1; j >= 0; j--) {
                if (epochs.get(i).isSame(other.epochs.get(j))) {
                    return Math.min(endOf(i, end), other.endOf(j, otherEnd));
                }
            }
        }
        return 0;
    }

    private long endOf(int index, long logEnd) {
        return index + 1 < epochs.size()
                ? Math.min(logEnd, epochs.get(index + 1).start())
                : logEnd;
    }

    public byte[] encode() {
        StringBuilder text = new StringBuilder();
        for (Epoch epoch : epochs) {
            text.append("epoch %d %016x %d\n".formatted(epoch.number(), epoch.id(), epoch.start()));
        }
        return (text + checksumLine(text.toString())).getBytes(StandardCharsets.UTF_8);
    }

    /** @throws IllegalArgumentException if these are not the bytes of {@link #encode} */
    public static EpochHistory decode(byte[] bytes) {
        String text = new String(bytes, StandardCharsets.UTF_8);
        int lastLine = text.lastIndexOf("crc32c ");
        if (lastLine < 0 || !text.substring(lastLine).equals(checksumLine(text.substring(0, lastLine)))) {
            throw new IllegalArgumentException("the checksum of the epochs does not match");
        }
        List<Epoch> epochs = new ArrayList<>();
        for (String line : text.substring(0, lastLine).lines().toList()) {
            String[] words = line.split(" ");
            if (words.length != 4 || !words[0].equals("epoch")) {
                throw new IllegalArgumentException("'" + line + "' is no epoch");
            }
            epochs.add(new Epoch(
                    Integer.parseInt(words[1]), Long.parseUnsignedLong(words[2], 16), Long.parseLong(words[3])));
        }
        return of(epochs);
    }

    private static String checksumLine(String text) {
        CRC32C crc = new CRC32C();
        crc.update(text.getBytes(StandardCharsets.UTF_8));
        return "crc32c %08x\n".formatted(crc.getValue());
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof EpochHistory history && epochs.equals(history.epochs);
    }

    @Override
    public int hashCode() {
        return epochs.hashCode();
    }

    @Override
    public String toString() {
        return epochs.toString();
    }
}
