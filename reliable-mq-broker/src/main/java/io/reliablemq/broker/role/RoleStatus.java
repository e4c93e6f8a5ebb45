package io.reliablemq.broker.role;

import io.reliablemq.protocol.header.HeaderFields;
import io.reliablemq.protocol.header.MalformedHeaderException;
import java.util.Comparator;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a broker says about itself to others of its name, and learns about them.
 *
 * @param address {@code host:port} where it listens
 * @param acting its role
 * @param log how far its log has come
 */
public record RoleStatus(String brokerName, String address, ActingRole acting, LogStanding log) {

    /**
     * How far a log has come, and under which masters.
     *
     * @param committedEpoch number of the epoch that the last committed message belongs to
     * @param committed position behind it
     * @param epoch number of the last epoch that began, whether or not anything was written in it
     */
    public record LogStanding(int committedEpoch, long committed, int epoch) {

        /**
         * The later log is the one whose last committed message belongs to the later epoch: a master that was started alone
         * and could commit nothing has begun an epoch and has nothing to show for it.
         */
        static final Comparator<LogStanding> BY_AGE = Comparator.comparingInt(LogStanding::committedEpoch)
                .thenComparingLong(LogStanding::committed)
                .thenComparingInt(LogStanding::epoch);
    }

    /** Whether this master has to give way to the other one, which is of the same name and a master, too. */
    public boolean givesWayTo(RoleStatus other) {
        int order = LogStanding.BY_AGE.compare(log, other.log);
        // Two that are alike have nothing to lose; one of them has to go, and both must mean the same one.
        return order < 0 || order == 0 && address.compareTo(other.address) > 0;
    }

    /** @throws MalformedHeaderException if this is no status */
    public static RoleStatus read(Map<String, String> wire) {
        HeaderFields fields = HeaderFields.of(wire);
        try {
            return new RoleStatus(
                    fields.text("brokerName"),
                    fields.text("brokerAddr"),
                    new ActingRole(
                            BrokerRole.valueOf(fields.text("role")),
                            fields.longNumber("brokerId"),
                            BrokerRole.valueOf(fields.text("masterRole")),
                            fields.optional("masterAddr"),
                            fields.longNumber("vacatedId", 0)),
                    new LogStanding(
                            fields.number("committedEpoch"), fields.longNumber("committed"), fields.number("epoch")));
        } catch (IllegalArgumentException e) {
            throw new MalformedHeaderException("The status of a broker cannot be read: " + e.getMessage());
        }
    }

    public Map<String, String> fields() {
        return HeaderFields.writer()
                .put("brokerName", brokerName)
                .put("brokerAddr", address)
                .put("role", acting.role().name())
                .put("brokerId", acting.brokerId())
                .put("masterRole", acting.masterRole().name())
                .put("masterAddr", acting.masterAddress())
                .put("vacatedId", acting.vacatedId())
                .put("committedEpoch", log.committedEpoch())
                .put("committed", log.committed())
                .put("epoch", log.epoch())
                .build();
    }

    /** Whether this broker is a master. */
    public boolean isMaster() {
        return acting.isMaster();
    }

    /** The master that it names, be it itself; null if it knows none. */
    public @Nullable String master() {
        return isMaster() ? address : acting.masterAddress();
    }
}
