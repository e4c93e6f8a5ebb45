package io.reliablemq.broker.replication.state;

import io.reliablemq.broker.group.CommittedOffsets;
import io.reliablemq.broker.role.BrokerRole;
import io.reliablemq.protocol.body.JsonBodies;
import io.reliablemq.protocol.command.Command;
import io.reliablemq.protocol.command.ResponseCode;
import io.reliablemq.protocol.header.HeaderFields;
import io.reliablemq.protocol.transport.Reply;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

/**
 * A master's answers to its slaves: FOLLOW_STATE waits for state files that the slave does not have, GIVE_OFFSETS takes the
 * offsets that it was told.
 */
public final class StateRequests {

    static final String BROKER_NAME = "brokerName";
    static final String BROKER_ID = "brokerId";
    static final String ADDRESS = "brokerAddr";
    static final String REPLICA_ID = "replicaId";
    static final String WAIT_MS = "waitMs";
    static final String MASTER_ROLE = "masterRole";

    /** Of the master's answer: the epoch that it writes, so that the slave knows whether that is the log it follows. */
    static final String EPOCH = "epoch";

    /** What the slave has, by name; the values are versions. */
    static final String KNOWN_PREFIX = "known.";

    private static final long MAX_WAIT_MS = 20_000;

    private final String brokerName;
    private final BrokerRole role;
    private final String epoch;
    private final StateBoard board;
    private final CommittedOffsets offsets;
    private final Consumer<StateReader> readers;
    private final Executor owner;

    /**
     * @param epoch which the master writes in its log
     * @param readers told of each slave that asks
     * @param owner the thread that stores the offsets
     */
    public StateRequests(
            String brokerName,
            BrokerRole role,
            String epoch,
            StateBoard board,
            CommittedOffsets offsets,
            Consumer<StateReader> readers,
            Executor owner) {
        this.brokerName = brokerName;
        this.role = role;
        this.epoch = epoch;
        this.board = board;
        this.offsets = offsets;
        this.readers = readers;
        this.owner = owner;
    }

    /** Handles FOLLOW_STATE. */
    public void follow(Command request, Reply reply) {
        HeaderFields fields = HeaderFields.of(request.fields());
        if (isOfOtherName(fields, reply)) {
            return;
        }
        if (board.isClosed()) {
            reply.send(Command.failure(ResponseCode.SERVICE_NOT_AVAILABLE, "The master changes its role, or stops"));
            return;
        }
        readers.accept(new StateReader(fields.text(REPLICA_ID), fields.longNumber(BROKER_ID), fields.text(ADDRESS)));
        Map<String, String> known = new HashMap<>();
        request.fields().forEach((name, value) -> {
            if (name.startsWith(KNOWN_PREFIX)) {
                known.put(name.substring(KNOWN_PREFIX.length()), value);
            }
        });
        long waitMs = Math.max(0, Math.min(MAX_WAIT_MS, fields.longNumber(WAIT_MS, 0)));
        board.read(
                known,
                Duration.ofMillis(waitMs),
                pages -> reply.send(Command.success(Map.of(MASTER_ROLE, role.name(), EPOCH, epoch), pages)));
    }

    /** Handles GIVE_OFFSETS. */
    public void takeOffsets(Command request, Reply reply) {
        if (isOfOtherName(HeaderFields.of(request.fields()), reply)) {
            return;
        }
        JsonBodies.read(request.body(), TakenOffset.Table.class)
                .offsets()
                .forEach(one -> offsets.merge(one.group(), one.queue(), one.base(), one.offset()));
        // Posted before they are acknowledged: the slave lets go of them then, and must not take an older file of ours.
        owner.execute(() -> reply.send(stored()));
    }

    private Command stored() {
        try {
            offsets.persist();
            return Command.success();
        } catch (IOException e) {
            return Command.failure(ResponseCode.SYSTEM_ERROR, "The offsets could not be stored: " + e.getMessage());
        }
    }

    private boolean isOfOtherName(HeaderFields fields, Reply reply) {
        String wanted = fields.text(BROKER_NAME);
        if (wanted.equals(brokerName)) {
            return false;
        }
        reply.send(Command.failure(
                ResponseCode.INVALID_PARAMETER,
                "This broker is a master of the name " + brokerName + ", not of " + wanted
                        + "; check master-address and the names of the brokers"));
        return true;
    }
}
