package io.reliablemq.protocol.header;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Header of the answer to REGISTER_BROKER.
 *
 * @param masterAddress {@code host:port} of the master of the broker's name; null for the master itself, and as long as
 *     the name server knows none
 * @param replicationAddress what that master has registered as its {@code haServerAddr}; null likewise
 */
public record RegisterBrokerResponse(
        @Nullable String masterAddress, @Nullable String replicationAddress) {

    /** What a master is answered. */
    public static final RegisterBrokerResponse NO_MASTER = new RegisterBrokerResponse(null, null);

    public static RegisterBrokerResponse read(Map<String, String> wire) {
        HeaderFields fields = HeaderFields.of(wire);
        return new RegisterBrokerResponse(
                nonEmpty(fields.optional("masterAddr")), nonEmpty(fields.optional("haServerAddr")));
    }

    /** Apache's name server may answer empty texts. */
    private static @Nullable String nonEmpty(@Nullable String text) {
        return text == null || text.isEmpty() ? null : text;
    }

    public Map<String, String> fields() {
        return HeaderFields.writer()
                .put("masterAddr", masterAddress)
                .put("haServerAddr", replicationAddress)
                .build();
    }
}
