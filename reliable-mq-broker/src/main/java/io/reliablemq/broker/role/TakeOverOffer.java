package io.reliablemq.broker.role;

import io.reliablemq.protocol.header.HeaderFields;
import io.reliablemq.protocol.header.MalformedHeaderException;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a master says to the slave that is to take over.
 *
 * @param token of this attempt
 * @param end where the master's log ends, all of it committed
 * @param masterRole what kind of master it was
 * @param others where its other slaves listen, {@code host:port}, to be told of the new master
 */
public record TakeOverOffer(String token, long end, BrokerRole masterRole, List<String> others) {

    /** Header field that names the attempt, in all that follows. */
    public static final String TOKEN = "token";

    /** Header field of an answer: whether the one that was asked has become the master by this attempt, and may be none now. */
    public static final String ACCEPTED = "accepted";

    private static final String SEPARATOR = ",";

    public TakeOverOffer {
        others = List.copyOf(others);
    }

    public static TakeOverOffer read(Map<String, String> wire) {
        HeaderFields fields = HeaderFields.of(wire);
        String role = fields.text("masterRole");
        try {
            return new TakeOverOffer(
                    fields.text(TOKEN),
                    fields.longNumber("end"),
                    BrokerRole.valueOf(role),
                    addresses(fields.optional("others")));
        } catch (IllegalArgumentException e) {
            throw new MalformedHeaderException("The header field 'masterRole' is '" + role + "', which is no role");
        }
    }

    private static List<String> addresses(@Nullable String text) {
        return text == null || text.isEmpty() ? List.of() : List.of(text.split(SEPARATOR));
    }

    public Map<String, String> fields() {
        return HeaderFields.writer()
                .put(TOKEN, token)
                .put("end", end)
                .put("masterRole", masterRole.name())
                .put("others", String.join(SEPARATOR, others))
                .build();
    }
}
