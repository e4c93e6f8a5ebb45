package io.reliablemq.broker.replication.wire;

import io.reliablemq.broker.store.log.RecordChunk;
import io.reliablemq.protocol.command.Body;
import io.reliablemq.protocol.command.Command;
import io.reliablemq.protocol.command.RequestCode;
import io.reliablemq.protocol.header.HeaderFields;
import java.util.Map;

/**
 * Records of the log, for a replica. Without any it says that the master is there, and how far the log is committed.
 *
 * @param chunk the records; empty for none
 * @param committed how far the master's log is committed
 * @param promised whether that means that replicas were waited for
 */
public record LogData(RecordChunk chunk, long committed, boolean promised) {

    private static final String POSITION = "position";
    private static final String LIMIT = "limit";
    private static final String COMMITTED = "committed";
    private static final String PROMISED = "promised";

    public Command command() {
        Map<String, String> fields = HeaderFields.writer()
                .put(POSITION, chunk.position())
                .put(LIMIT, chunk.limit())
                .put(COMMITTED, committed)
                .put(PROMISED, promised)
                .build();
        return Command.request(RequestCode.REPLICA_LOG, fields, Body.of(chunk.records()));
    }

    public static LogData read(Command command) {
        HeaderFields fields = HeaderFields.of(command.fields());
        return new LogData(
                new RecordChunk(fields.longNumber(POSITION), command.body().toByteArray(), fields.longNumber(LIMIT)),
                fields.longNumber(COMMITTED),
                fields.flag(PROMISED, false));
    }

    public boolean hasRecords() {
        return chunk.records().length > 0;
    }
}
