package io.reliablemq.client.compression;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import net.jpountz.lz4.LZ4FrameInputStream;
import net.jpountz.lz4.LZ4FrameOutputStream;

/** Touched by nobody who has no LZ4. */
final class Lz4Streams {

    static OutputStream deflating(OutputStream out) throws IOException {
        return new LZ4FrameOutputStream(out, LZ4FrameOutputStream.BLOCKSIZE.SIZE_64KB);
    }

    static InputStream inflating(InputStream in) throws IOException {
        return new LZ4FrameInputStream(in);
    }

    private Lz4Streams() {}
}
