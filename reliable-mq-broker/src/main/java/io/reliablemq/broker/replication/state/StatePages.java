package io.reliablemq.broker.replication.state;

import io.reliablemq.protocol.body.MalformedBodyException;
import io.reliablemq.protocol.command.Body;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.InflaterInputStream;

/**
 * Pages on the wire: for each a byte 1, name and version (text with its length in 2 bytes), position (8 bytes), length of
 * the content (4 bytes), length of the packed content (4 bytes), and that, as zlib makes it. A byte 0 ends them.
 */
public final class StatePages {

    /** Beyond this the rest is left for the next answer; one page is given whatever its size. */
    private static final int ENOUGH_BYTES = 4 * 1024 * 1024;

    private static final int MAX_CONTENT_BYTES = 512 * 1024 * 1024;

    /** As many pages, from the first on, as fit well into a frame. */
    static Body encode(List<StatePage> pages) {
        return encode(pages, ENOUGH_BYTES);
    }

    /** All pages. */
    public static Body encodeAll(List<StatePage> pages) {
        return encode(pages, Integer.MAX_VALUE);
    }

    private static Body encode(List<StatePage> pages, int enoughBytes) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            for (StatePage page : pages) {
                byte[] packed = pack(page.content());
                if (bytes.size() > 0 && (long) bytes.size() + packed.length > enoughBytes) {
                    break;
                }
                out.writeByte(1);
                out.writeUTF(page.name());
                out.writeUTF(page.version());
                out.writeLong(page.position());
                out.writeInt(page.content().length);
                out.writeInt(packed.length);
                out.write(packed);
            }
            out.writeByte(0);
        } catch (IOException e) {
            throw new UncheckedIOException("Memory cannot fail to be written", e);
        }
        return Body.of(bytes.toByteArray());
    }

    private static byte[] pack(byte[] content) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DeflaterOutputStream out = new DeflaterOutputStream(bytes)) {
            out.write(content);
        }
        return bytes.toByteArray();
    }

    /** @throws MalformedBodyException if these are no pages */
    public static List<StatePage> decode(Body body) {
        List<StatePage> pages = new ArrayList<>();
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(body.toByteArray()))) {
            while (in.readByte() != 0) {
                pages.add(page(in));
            }
        } catch (IOException e) {
            throw new MalformedBodyException("The body is no list of state files: " + e.getMessage(), e);
        }
        return pages;
    }

    private static StatePage page(DataInputStream in) throws IOException {
        String name = in.readUTF();
        String version = in.readUTF();
        long position = in.readLong();
        int size = in.readInt();
        int packed = in.readInt();
        if (size < 0 || size > MAX_CONTENT_BYTES || packed < 0 || packed > in.available()) {
            throw new IOException("the file " + name + " is said to have " + size + " bytes, " + packed + " packed");
        }
        byte[] bytes = in.readNBytes(packed);
        try (InflaterInputStream content = new InflaterInputStream(new ByteArrayInputStream(bytes))) {
            byte[] unpacked = content.readNBytes(size);
            if (unpacked.length < size || content.read() >= 0) {
                throw new IOException("the file " + name + " has not the " + size + " bytes that it should have");
            }
            return new StatePage(name, version, position, unpacked);
        }
    }

    private StatePages() {}
}
