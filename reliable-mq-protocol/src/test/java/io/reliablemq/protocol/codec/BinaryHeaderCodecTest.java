package io.reliablemq.protocol.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.Unpooled;
import io.reliablemq.protocol.command.Body;
import io.reliablemq.protocol.command.Command;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class BinaryHeaderCodecTest {

    /** Code 310, Java, version 513, opaque 7, flag 1, remark "ok", fields a=PG and queueId=3. */
    private static final String GOLDEN = "0136" + "00" + "0201" + "00000007" + "00000001" + "00000002" + "6f6b"
            + "00000017" + "0001" + "61" + "00000002" + "5047" + "0007" + "71756575654964" + "00000001" + "33";

    private static byte[] encode(Command command) {
        HeaderBuffer out = new HeaderBuffer();
        assertThat(BinaryHeaderCodec.encode(command, out)).isTrue();
        return Arrays.copyOf(out.array(), out.size());
    }

    private static Command decode(byte[] header) {
        return decode(header, Map.of());
    }

    /** From the middle of an array, which is as long as the header needs. */
    private static Command decode(byte[] header, Map<String, String> like) {
        byte[] bytes = new byte[3 + header.length];
        System.arraycopy(header, 0, bytes, 3, header.length);
        return BinaryHeaderCodec.decode(bytes, 3, header.length, like, Body.EMPTY);
    }

    private static Command golden() {
        Map<String, String> fields = new LinkedHashMap<>();
        fields.put("a", "PG");
        fields.put("queueId", "3");
        return new Command(310, 513, 7, 1, "ok", fields, Body.EMPTY);
    }

    @Test
    void readsTheDocumentedBytes() {
        assertThat(decode(HexFormat.of().parseHex(GOLDEN))).isEqualTo(golden());
    }

    @Test
    void writesTheDocumentedBytes() {
        assertThat(HexFormat.of().formatHex(encode(golden()))).isEqualTo(GOLDEN);
    }

    @Test
    void noRemarkAndNoFields() {
        Command command = new Command(-2, 0, Integer.MIN_VALUE, 2, null, Map.of(), Body.EMPTY);
        byte[] bytes = encode(command);
        assertThat(bytes).hasSize(21);
        assertThat(decode(bytes)).isEqualTo(command);
    }

    @Test
    void emptyValuesAreReadAsAbsent() {
        String start = "0001" + "00" + "0201" + "00000007" + "00000000" + "00000000";
        String fields = "0001" + "61" + "00000000" + "0000" + "00000001" + "78" + "0001" + "62" + "00000001" + "63";
        byte[] bytes = HexFormat.of().parseHex(start + "000000" + Integer.toHexString(fields.length() / 2) + fields);
        assertThat(decode(bytes).fields()).containsExactlyEntriesOf(Map.of("b", "c"));
    }

    /** Each after another, of which it may take over what is the same. */
    @Test
    void fieldsAreTheirOwnWhateverTheLastOnesWere() {
        String[] names = {"a", "b", "queueId", "\u00e9", "x".repeat(40)};
        String[] values = {"0", "1", "00", "true", "\u00e9", "\u20ac", "y".repeat(31), "y".repeat(32)};
        Random random = new Random(20261129);
        Map<String, String> last = Map.of();
        for (int i = 0; i < 20_000; i++) {
            Map<String, String> fields = new LinkedHashMap<>();
            for (int field = random.nextInt(6); field > 0; field--) {
                String more = i % 50 == 0 ? String.valueOf(random.nextInt(100)) : "";
                fields.put(names[random.nextInt(names.length)] + more, values[random.nextInt(values.length)]);
            }
            Command command = Command.request(1, fields);
            Command read = decode(encode(command), last);
            assertThat(read).isEqualTo(command);
            assertThat(List.copyOf(read.fields().keySet())).isEqualTo(List.copyOf(fields.keySet()));
            last = read.fields();
        }
    }

    @Test
    void textsAreUtf8() {
        Command command = Command.response(1, "Größe 𝄞", Map.of("ключ", "値"), Body.EMPTY);
        assertThat(decode(encode(command))).isEqualTo(command);
    }

    @Test
    void whatItCannotTellItSaysSo() {
        List<Command> beyond = List.of(
                Command.request(200_050, Map.of()),
                new Command(1, 70_000, 0, 0, null, Map.of(), Body.EMPTY),
                Command.request(1, Map.of("x".repeat(40_000), "y")),
                Command.request(1, Map.of("", "y")),
                Command.request(1, Map.of("a", "b", "c", "")),
                Command.response(1, "", Map.of(), Body.EMPTY));
        for (Command command : beyond) {
            assertThat(BinaryHeaderCodec.encode(command, new HeaderBuffer())).isFalse();
        }
    }

    @Test
    void everyTruncationIsRefused() {
        byte[] whole = HexFormat.of().parseHex(GOLDEN);
        for (int length = 0; length < whole.length; length++) {
            byte[] cut = Arrays.copyOf(whole, length);
            assertThatThrownBy(() -> decode(cut)).as("%d bytes", length).isInstanceOf(MalformedFrameException.class);
        }
    }

    @Test
    void lyingLengthsAreRefused() {
        // Where the lengths stand: remark, block, first name, first value.
        for (int at : new int[] {13, 19, 26}) {
            for (int length : new int[] {-1, Integer.MIN_VALUE, Integer.MAX_VALUE, 1000}) {
                byte[] bytes = HexFormat.of().parseHex(GOLDEN);
                Unpooled.wrappedBuffer(bytes).setInt(at, length);
                assertThatThrownBy(() -> decode(bytes))
                        .as("length %d at %d", length, at)
                        .isInstanceOf(MalformedFrameException.class);
            }
        }
        byte[] bytes = HexFormat.of().parseHex(GOLDEN);
        Unpooled.wrappedBuffer(bytes).setShort(23, -1);
        assertThatThrownBy(() -> decode(bytes)).isInstanceOf(MalformedFrameException.class);
    }
}
