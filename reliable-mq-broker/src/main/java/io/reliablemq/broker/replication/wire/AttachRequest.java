package io.reliablemq.broker.replication.wire;

import io.reliablemq.broker.store.epoch.EpochHistory;
import io.reliablemq.protocol.body.MalformedBodyException;
import io.reliablemq.protocol.command.Body;
import io.reliablemq.protocol.command.Command;
import io.reliablemq.protocol.command.RequestCode;
import io.reliablemq.protocol.header.HeaderFields;
import java.util.Map;

/**
 * A replica asks where it can follow. Its epochs are the body.
 *
 * @param replicaId the name of its data folder, by which it is counted once
 * @param end where its log ends, all of it being on its disk
 */
public record AttachRequest(String cluster, String brokerName, String replicaId, long end, EpochHistory epochs) {

    private static final String CLUSTER = "clusterName";
    private static final String BROKER_NAME = "brokerName";
    private static final String REPLICA_ID = "replicaId";
    private static final String END = "end";

    public Command command() {
        Map<String, String> fields = HeaderFields.writer()
                .put(CLUSTER, cluster)
                .put(BROKER_NAME, brokerName)
                .put(REPLICA_ID, replicaId)
                .put(END, end)
                .build();
        return Command.request(RequestCode.REPLICA_ATTACH, fields, Body.of(epochs.encode()));
    }

    /** @throws MalformedBodyException if the body holds no epochs */
    public static AttachRequest read(Command command) {
        HeaderFields fields = HeaderFields.of(command.fields());
        return new AttachRequest(
                fields.text(CLUSTER),
                fields.text(BROKER_NAME),
                fields.text(REPLICA_ID),
                fields.longNumber(END),
                epochs(command.body().toByteArray()));
    }

    private static EpochHistory epochs(byte[] bytes) {
        try {
            return EpochHistory.decode(bytes);
        } catch (IllegalArgumentException e) {
            throw new MalformedBodyException("The epochs cannot be read: " + e.getMessage(), e);
        }
    }
}
