package io.reliablemq.broker.replication.wire;

import io.reliablemq.broker.store.epoch.EpochHistory;
import io.reliablemq.broker.store.log.LogGaps;
import io.reliablemq.protocol.body.MalformedBodyException;
import io.reliablemq.protocol.command.Body;
import io.reliablemq.protocol.command.Command;
import io.reliablemq.protocol.header.HeaderFields;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.Map;

/**
 * Where a replica can follow. Epochs and gaps are the body, each with its length (u32) in front.
 *
 * @param common how far both logs are the same; what the replica has behind it must go
 * @param continueAt where the master's log goes on there; behind {@code common} if segments were deleted
 * @param epochs of the master
 * @param gaps of the master
 */
public record AttachAnswer(long common, long continueAt, EpochHistory epochs, LogGaps gaps) {

    private static final String COMMON = "common";
    private static final String CONTINUE_AT = "continueAt";

    public Command command() {
        Map<String, String> fields = HeaderFields.writer()
                .put(COMMON, common)
                .put(CONTINUE_AT, continueAt)
                .build();
        byte[] first = epochs.encode();
        byte[] second = gaps.encode();
        ByteBuffer body = ByteBuffer.allocate(2 * Integer.BYTES + first.length + second.length)
                .putInt(first.length)
                .put(first)
                .putInt(second.length)
                .put(second);
        return Command.success(fields, Body.of(body.array()));
    }

    /** @throws MalformedBodyException if the body holds something else */
    public static AttachAnswer read(Command command) {
        HeaderFields fields = HeaderFields.of(command.fields());
        ByteBuffer body = command.body().buffer();
        try {
            EpochHistory epochs = EpochHistory.decode(part(body));
            LogGaps gaps = LogGaps.decode(part(body));
            return new AttachAnswer(fields.longNumber(COMMON), fields.longNumber(CONTINUE_AT), epochs, gaps);
        } catch (IllegalArgumentException | IndexOutOfBoundsException | BufferUnderflowException e) {
            throw new MalformedBodyException("Epochs and gaps cannot be read: " + e.getMessage(), e);
        }
    }

    private static byte[] part(ByteBuffer body) {
        int length = body.getInt();
        if (length < 0 || length > body.remaining()) {
            throw new IllegalArgumentException(
                    "a part has " + length + " bytes, and " + body.remaining() + " are left");
        }
        byte[] bytes = new byte[length];
        body.get(bytes);
        return bytes;
    }
}
