package io.reliablemq.broker.store.log;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * What the log no longer holds and why: segments that were deleted on purpose, and damaged ranges that were set aside. What
 * is missing and not named here is a loss that recovery reports.
 *
 * <p>Kept in the file {@code gaps} beside the segments, as lines of UTF-8; the last one holds a checksum of those before:
 *
 * <pre>
 * deleted FROM TO                    whole segments, from position FROM up to TO
 * next TOPIC QUEUE OFFSET            a queue of the deleted range before, and its next offset at the end of that range
 * damaged FROM TO                    a range within the log that held records which cannot be read any more
 * crc32c HEX
 * </pre>
 *
 * <p>Immutable.
 */
public final class LogGaps {

    public static final LogGaps NONE = new LogGaps(List.of(), List.of());

    /**
     * Deleted segments without a kept one between them.
     *
     * @param to where the next kept segment starts
     * @param nextOffsets of the queues that had messages there, at its end
     */
    public record Gap(long from, long to, List<NextOffset> nextOffsets) {

        public Gap {
            nextOffsets = List.copyOf(nextOffsets);
        }
    }

    /** The offset that a queue goes on with. */
    public record NextOffset(String topic, int queueId, long offset) {}

    /** A range that was damaged. */
    public record Damage(long from, long to) {}

    private final List<Gap> gaps;
    private final List<Damage> damages;

    private LogGaps(List<Gap> gaps, List<Damage> damages) {
        this.gaps = List.copyOf(gaps);
        this.damages = List.copyOf(damages);
    }

    public List<Gap> gaps() {
        return gaps;
    }

    public List<Damage> damages() {
        return damages;
    }

    /** Whether records before this position were lost to damage, so that queue offsets may be missing. */
    public boolean isDamagedBefore(long position) {
        return damages.stream().anyMatch(damage -> damage.from() < position);
    }

    /** Whether what stood at this position was set aside. */
    public boolean isDamagedAt(long position) {
        return damages.stream().anyMatch(damage -> damage.from() <= position && position < damage.to());
    }

    /** The gap that starts here; null if the log goes on here. */
    public @Nullable Gap startingAt(long position) {
        return gaps.stream().filter(gap -> gap.from() == position).findFirst().orElse(null);
    }

    /** Where the kept segment ended that stands before this position. */
    long endBefore(long position) {
        return gaps.stream()
                .filter(gap -> gap.to() == position)
                .mapToLong(Gap::from)
                .findFirst()
                .orElse(position);
    }

    /** Whether the segment that starts here was deleted. */
    boolean isDeleted(long base) {
        return gaps.stream().anyMatch(gap -> gap.from() <= base && base < gap.to());
    }

    /** Whether all that the other log lacks behind a position is known here. */
    public boolean includes(LogGaps other, long position) {
        return other.gaps.stream()
                        .allMatch(gap -> gap.to() <= position || hasDeleted(Math.max(gap.from(), position), gap.to()))
                && other.damages.stream().allMatch(damage -> damage.to() <= position || damages.contains(damage));
    }

    private boolean hasDeleted(long from, long to) {
        return gaps.stream().anyMatch(gap -> gap.from() <= from && gap.to() == to);
    }

    /** These, and what the other log lacks from a position on, where its gaps stand for those that are here. */
    LogGaps withThoseOf(LogGaps other, long position) {
        LogGaps joined = new LogGaps(
                gaps.stream().filter(gap -> gap.to() <= position).toList(),
                damages.stream().filter(damage -> damage.from() < position).toList());
        for (Gap gap : other.gaps) {
            if (gap.to() > position) {
                joined = joined.withDeleted(new Gap(Math.max(gap.from(), position), gap.to(), gap.nextOffsets()));
            }
        }
        for (Damage damage : other.damages) {
            boolean isKnown = damage.to() <= position || joined.damages.contains(damage);
            joined = isKnown ? joined : joined.withDamaged(damage);
        }
        return joined;
    }

    /** One more range of deleted segments; joined with the gaps that it touches. */
    LogGaps withDeleted(Gap added) {
        List<Gap> left = new ArrayList<>();
        Gap joined = added;
        for (Gap gap : gaps) {
            if (gap.to() == joined.from()) {
                joined = join(gap, joined);
            } else if (gap.from() == joined.to()) {
                joined = join(joined, gap);
            } else {
                left.add(gap);
            }
        }
        left.add(joined);
        left.sort((a, b) -> Long.compare(a.from(), b.from()));
        return new LogGaps(left, damages);
    }

    private static Gap join(Gap first, Gap second) {
        Map<String, NextOffset> offsets = new TreeMap<>();
        first.nextOffsets().forEach(next -> offsets.put(next.topic() + ' ' + next.queueId(), next));
        second.nextOffsets().forEach(next -> offsets.put(next.topic() + ' ' + next.queueId(), next));
        return new Gap(first.from(), second.to(), List.copyOf(offsets.values()));
    }

    LogGaps withDamaged(Damage damage) {
        List<Damage> more = new ArrayList<>(damages);
        more.add(damage);
        return new LogGaps(gaps, more);
    }

    public byte[] encode() {
        StringBuilder text = new StringBuilder();
        for (Gap gap : gaps) {
            text.append("deleted %d %d\n".formatted(gap.from(), gap.to()));
            for (NextOffset next : gap.nextOffsets()) {
                text.append("next %s %d %d\n".formatted(next.topic(), next.queueId(), next.offset()));
            }
        }
        for (Damage damage : damages) {
            text.append("damaged %d %d\n".formatted(damage.from(), damage.to()));
        }
        return (text + checksumLine(text.toString())).getBytes(StandardCharsets.UTF_8);
    }

    /** @throws IllegalArgumentException if these are not the bytes of {@link #encode} */
    public static LogGaps decode(byte[] bytes) {
        String text = new String(bytes, StandardCharsets.UTF_8);
        int lastLine = text.lastIndexOf("crc32c ");
        if (lastLine < 0 || !text.substring(lastLine).equals(checksumLine(text.substring(0, lastLine)))) {
            throw new IllegalArgumentException("its checksum does not match");
        }
        LogGaps read = NONE;
        List<NextOffset> offsets = new ArrayList<>();
        Gap open = null;
        for (String line : text.substring(0, lastLine).lines().toList()) {
            String[] words = line.split(" ");
            if (words[0].equals("next")) {
                offsets.add(new NextOffset(words[1], Integer.parseInt(words[2]), Long.parseLong(words[3])));
                continue;
            }
            read = close(read, open, offsets);
            offsets = new ArrayList<>();
            long from = Long.parseLong(words[1]);
            long to = Long.parseLong(words[2]);
            open = words[0].equals("deleted") ? new Gap(from, to, List.of()) : null;
            read = open == null ? read.withDamaged(new Damage(from, to)) : read;
        }
        return close(read, open, offsets);
    }

    private static LogGaps close(LogGaps read, @Nullable Gap open, List<NextOffset> offsets) {
        return open == null ? read : read.withDeleted(new Gap(open.from(), open.to(), offsets));
    }

    private static String checksumLine(String text) {
        CRC32C crc = new CRC32C();
        crc.update(text.getBytes(StandardCharsets.UTF_8));
        return "crc32c %08x\n".formatted(crc.getValue());
    }
}
