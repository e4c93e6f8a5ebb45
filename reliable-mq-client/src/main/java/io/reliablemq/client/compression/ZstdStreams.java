package io.reliablemq.client.compression;

import com.github.luben.zstd.ZstdInputStream;
import com.github.luben.zstd.ZstdOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/** Touched by nobody who has no Zstandard. */
final class ZstdStreams {

    static OutputStream deflating(OutputStream out) throws IOException {
        return new ZstdOutputStream(out);
    }

    static InputStream inflating(InputStream in) throws IOException {
        return new ZstdInputStream(in);
    }

    private ZstdStreams() {}
}
