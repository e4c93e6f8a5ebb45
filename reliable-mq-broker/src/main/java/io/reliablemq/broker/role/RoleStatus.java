package io.reliablemq.broker.role;

import io.reliablemq.broker.store.epoch.EpochHistory;
import io.reliablemq.protocol.header.HeaderFields;
import io.reliablemq.protocol.header.MalformedHeaderException;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.Map;

/**
 * What a broker says about itself to others of its name, and learns about them.
 *
 * @param address {@code host:port} where it listens
 * @param acting its role
 * @param log how far its log has come
 */
public record RoleStatus(String brokerName, String address, ActingRole acting, LogStanding log) {

    /** Header field of a status that counts even against a master that has come further. */
    public static final String FORCED = "forced";

    /**
     * How far a log has come, and under which masters.
     *
     * @param committed position behind the last committed message
     */
    public record LogStanding(EpochHistory epochs, long committed) {

        /**
         * The later log is the one whose last committed message belongs to the later epoch: a master that was started alone
         * and could commit nothing has begun an epoch and has nothing to show for it.
         */
        static final Comparator<LogStanding> BY_AGE = Comparator.comparingInt(LogStanding::committedEpoch)
                .thenComparingLong(LogStanding::committed)
                .thenComparingInt(LogStanding::epoch);

        /** Number of the last epoch that began, whether or not anything was written in it. */
        public int epoch() {
            return epochs.lastNumber();
        }

        /** Number of the epoch that the last committed message belongs to. */
        public int committedEpoch() {
            return epochs.numberAt(committed - 1);
        }

        /** Whether nothing would be lost by following the other log: this one is empty, or both have a beginning in common. */
        boolean isRelatedTo(LogStanding other) {
            return committed == 0 || epochs.commonEnd(committed, other.epochs, other.committed) > 0;
        }

        /**
         * Whether a later epoch of the other log began behind all of this one. A master that was killed may know less of it as
         * committed than its slaves were told, until they follow.
         */
        boolean isContainedIn(LogStanding other) {
            return other.epoch() > epoch() && epochs.commonEnd(committed, other.epochs, Long.MAX_VALUE) >= committed;
        }

        @Override
        public String toString() {
            String last = committedEpoch() == epoch() ? "" : ", written in epoch " + committedEpoch();
            return "epoch " + epoch() + ", position " + committed + last;
        }
    }

    /** Whether this is another broker of the same name, and a master. */
    public boolean isRivalOf(RoleStatus other) {
        return isMaster() && brokerName.equals(other.brokerName) && !address.equals(other.address);
    }

    /** Whether a log that was written under this name would be continued by that of the other one. */
    public boolean isRelatedTo(RoleStatus other) {
        return log.isRelatedTo(other.log);
    }

    /** Whether the other log goes on where this one ends, or ends there, too. */
    public boolean isContinuedBy(RoleStatus other) {
        return isRelatedTo(other) && LogStanding.BY_AGE.compare(log, other.log) <= 0;
    }

    /** Whether this master has to give way to the other one, which is of the same name and a master, too. */
    public boolean givesWayTo(RoleStatus other) {
        boolean isBehind = LogStanding.BY_AGE.compare(log, other.log) < 0;
        // Two that are alike have nothing to lose; one of them has to go, and both must mean the same one.
        return isContinuedBy(other) && (isBehind || address.compareTo(other.address) > 0);
    }

    /**
     * Whether a slave with this log may go over to that master: a broker of the same name that has all of it, and does not write an
     * epoch from before the last one that is known here.
     */
    public boolean mayFollow(RoleStatus master) {
        return master.isRivalOf(this)
                && log.epoch() <= master.log.epoch()
                && (isContinuedBy(master) || log.isContainedIn(master.log));
    }

    /** Whether both have followed the same master, or one the other. Of an empty log, nothing else tells a stranger. */
    public boolean sharesAnEpochWith(RoleStatus other) {
        return log.epochs().commonEnd(Long.MAX_VALUE, other.log.epochs(), Long.MAX_VALUE) > 0;
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
                            EpochHistory.decode(fields.text("epochs").getBytes(StandardCharsets.UTF_8)),
                            fields.longNumber("committed")));
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
                .put("epochs", new String(log.epochs().encode(), StandardCharsets.UTF_8))
                .put("committed", log.committed())
                .build();
    }

    /** Whether this broker is a master. */
    public boolean isMaster() {
        return acting.isMaster();
    }
}
