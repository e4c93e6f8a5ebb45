package io.reliablemq.broker.replication.wire;

import io.reliablemq.protocol.command.Command;
import io.reliablemq.protocol.command.RequestCode;
import io.reliablemq.protocol.header.HeaderFields;

/**
 * A replica says how far it has the log. The first one after it was attached makes the master send.
 *
 * @param position everything before it is as safe as the replica's flush policy makes it
 */
public record Confirmation(long position) {

    private static final String POSITION = "position";

    public Command command() {
        return Command.request(
                RequestCode.REPLICA_CONFIRM,
                HeaderFields.writer().put(POSITION, position).build());
    }

    public static Confirmation read(Command command) {
        return new Confirmation(HeaderFields.of(command.fields()).longNumber(POSITION));
    }
}
