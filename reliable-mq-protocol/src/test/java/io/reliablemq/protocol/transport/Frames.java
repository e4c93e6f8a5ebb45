package io.reliablemq.protocol.transport;

import java.io.DataInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** Frames put together by hand, so that tests do not trust the encoder they test. */
final class Frames {

    /** A request with a JSON header and no fields. */
    static byte[] request(int code, int opaque, byte[] body) {
        return frame(
                "{\"code\":" + code + ",\"flag\":0,\"language\":\"JAVA\",\"opaque\":" + opaque + ",\"version\":513}",
                body);
    }

    static byte[] frame(String header, byte[] body) {
        byte[] head = header.getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(8 + head.length + body.length)
                .putInt(4 + head.length + body.length)
                .putInt(head.length)
                .put(head)
                .put(body)
                .array();
    }

    /** Reads one frame and returns its header; the body is skipped. */
    static String readHeader(DataInputStream in) throws IOException {
        int length = in.readInt();
        int headerLength = in.readInt();
        byte[] header = in.readNBytes(headerLength);
        in.skipNBytes(length - 4 - headerLength);
        return new String(header, StandardCharsets.UTF_8);
    }

    private Frames() {}
}
