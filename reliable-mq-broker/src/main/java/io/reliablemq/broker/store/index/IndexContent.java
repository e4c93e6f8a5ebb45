package io.reliablemq.broker.store.index;

import java.nio.ByteBuffer;

/** The bytes of an index file, put together behind its header and directory. Used by one thread. */
final class IndexContent {

    private final ByteBuffer out;
    private int blockStart;
    private int inBlock;

    /** @param header says how many entries will follow */
    IndexContent(ByteBuffer header, ByteBuffer directory) {
        ChecksummedBlocks blocks = IndexLayout.blocks(header.getLong(IndexLayout.ENTRIES_AT), directory.capacity());
        out = ByteBuffer.allocate(Math.toIntExact(blocks.fileBytes()));
        out.put(header.duplicate().clear()).put(directory.duplicate().clear());
        blockStart = out.position();
    }

    /** Adds the entries of the next row of the directory. */
    void add(MemoryRun run) {
        for (int i = 0; i < run.count(); i++) {
            if (inBlock == IndexLayout.BLOCK_ENTRIES) {
                endBlock();
            }
            run.put(i, out);
            inBlock++;
        }
    }

    /** All of the file, when all entries were added. */
    ByteBuffer finish() {
        if (inBlock > 0) {
            endBlock();
        }
        return out.flip();
    }

    private void endBlock() {
        ChecksummedBlocks.seal(out, blockStart);
        blockStart += ChecksummedBlocks.BLOCK_BYTES;
        out.position(blockStart);
        inBlock = 0;
    }
}
