package io.reliablemq.broker.role;

import io.reliablemq.protocol.header.HeaderFields;
import io.reliablemq.protocol.header.MalformedHeaderException;
import java.util.Map;

/**
 * What a master says to the slave that is to take over.
 *
 * @param token of this attempt
 * @param end where the master's log ends, all of it committed
 * @param masterRole what kind of master it was
 * @param replicaId name of the old master's data folder, under which it will follow
 */
public record TakeOverOffer(String token, long end, BrokerRole masterRole, String replicaId) {

    /** Header field that names the attempt, in all that follows. */
    public static final String TOKEN = "token";

    /** Header field of an answer: whether the one that was asked has become the master by this attempt, and may be none now. */
    public static final String ACCEPTED = "accepted";

    public static TakeOverOffer read(Map<String, String> wire) {
        HeaderFields fields = HeaderFields.of(wire);
        String role = fields.text("masterRole");
        try {
            return new TakeOverOffer(
                    fields.text(TOKEN), fields.longNumber("end"), BrokerRole.valueOf(role), fields.text("replicaId"));
        } catch (IllegalArgumentException e) {
            throw new MalformedHeaderException("The header field 'masterRole' is '" + role + "', which is no role");
        }
    }

    public Map<String, String> fields() {
        return HeaderFields.writer()
                .put(TOKEN, token)
                .put("end", end)
                .put("masterRole", masterRole.name())
                .put("replicaId", replicaId)
                .build();
    }
}
