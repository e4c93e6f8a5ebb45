package io.reliablemq.protocol.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.reliablemq.protocol.command.Body;
import io.reliablemq.protocol.command.Command;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class BinaryHeaderCodecTest {

    /** Code 310, Java, version 513, opaque 7, flag 1, remark "ok", fields a=PG and queueId=3. */
    private static final String GOLDEN = "0136" + "00" + "0201" + "00000007" + "00000001" + "00000002" + "6f6b"
            + "00000017" + "0001" + "61" + "00000002" + "5047" + "0007" + "71756575654964" + "00000001" + "33";

    private static byte[] encode(Command command) {
        HeaderBuffer out = new HeaderBuffer();
        BinaryHeaderCodec.encode(command, out);
        return Arrays.copyOf(out.array(), out.size());
    }

    private static Command decode(byte[] header) {
        ByteBuf in = Unpooled.wrappedBuffer(header);
        Command command = BinaryHeaderCodec.decode(in, header.length, Body.EMPTY);
        assertThat(in.readableBytes()).isZero();
        return command;
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
        assertThat(decode(encode(Command.request(1, Map.of("a", "", "b", "c")))).fields())
                .containsExactlyEntriesOf(Map.of("b", "c"));
    }

    @Test
    void textsAreUtf8() {
        Command command = Command.response(1, "Größe 𝄞", Map.of("ключ", "値"), Body.EMPTY);
        assertThat(decode(encode(command))).isEqualTo(command);
    }

    @Test
    void codesBeyondTwoBytesAreRefused() {
        assertThatThrownBy(() -> encode(Command.request(200_050, Map.of())))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("200050");
        assertThatThrownBy(() -> encode(Command.request(1, Map.of("x".repeat(40_000), "y"))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("40000");
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
