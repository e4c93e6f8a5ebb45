package io.reliablemq.spring.guarantee;

import java.util.Arrays;
import java.util.Optional;

/** Everything that the rules know to look for, by the names that users accept risks by. */
public enum Risk {
    /** A one-way send was made. */
    ONE_WAY("producing.one-way", Stage.PRODUCING),
    /** Messages are sent after the commit of a transaction. */
    AFTER_COMMIT("producing.after-commit", Stage.PRODUCING),
    /** Nothing keeps a message whose attempts have all failed. */
    UNCOMPENSATED("producing.uncompensated", Stage.PRODUCING),
    /** A message that no broker took is on this machine's disk alone. */
    LOCAL_JOURNAL("producing.local-journal", Stage.PRODUCING),
    /** One failed attempt ends a send. */
    NO_RETRY("producing.no-retry", Stage.PRODUCING),
    /** What is stored, but not safely, is not sent to another broker. */
    UNSAFE_NOT_RETRIED("producing.unsafe-not-retried", Stage.PRODUCING),
    /** A send may end before the broker's answer comes. */
    IMPATIENT("producing.impatient", Stage.PRODUCING),

    /** No broker, or not this one, tells how it is set. */
    BROKER_UNKNOWN("storing.unknown", Stage.STORING),
    /** Acknowledged before the disk has it. */
    FLUSH("storing.flush", Stage.STORING),
    /** Acknowledged while only one disk has it. */
    REPLICATION("storing.replication", Stage.STORING),
    /** Slaves acknowledge before their disk has it. */
    SLAVE_FLUSH("storing.slave-flush", Stage.STORING),
    /** Not enough slaves. */
    SLAVE_MISSING("storing.slave-missing", Stage.STORING),
    /** Acknowledged while it is in memory of the broker's process alone. */
    TRANSIENT_POOL("storing.transient-pool", Stage.STORING),
    /** What a group has not consumed is deleted. */
    RETENTION("storing.retention", Stage.STORING),
    /** Dead letters are deleted. */
    DEAD_LETTERS_EXPIRE("storing.dead-letters", Stage.STORING),
    /** Copies that the broker makes itself are less safe than what producers send. */
    INTERNAL_COPIES("storing.internal-copies", Stage.STORING),
    /** Delayed messages are dropped after some failed attempts. */
    TIMERS("storing.timers", Stage.STORING),
    /** Consumers see what a fail-over could take back. */
    UNREPLICATED_READS("storing.unreplicated-reads", Stage.STORING),
    /** A send to a mistyped topic succeeds. */
    AUTO_CREATE("storing.auto-create", Stage.STORING),

    /** Failed broadcast messages are given up. */
    BROADCAST("consuming.broadcast", Stage.CONSUMING),
    /** A broker drops failed messages of a group. */
    DISCARDED("consuming.discarded", Stage.CONSUMING),
    /** What was sent before the group's first start is skipped. */
    SKIPS_EARLIER("consuming.skips-earlier", Stage.CONSUMING),
    /** Messages may be handled twice. */
    NOT_IDEMPOTENT("consuming.not-idempotent", Stage.CONSUMING),
    /** The first failure makes a dead letter. */
    NO_RECONSUME("consuming.no-retry", Stage.CONSUMING),
    /** Nobody in this application hears of dead letters. */
    DEAD_LETTERS_UNHEARD("consuming.dead-letters-unheard", Stage.CONSUMING);

    private final String id;
    private final Stage stage;

    Risk(String id, Stage stage) {
        this.id = id;
        this.stage = stage;
    }

    /** The name in reports and in {@code reliable-mq.guarantee-report.accepted-risks}. */
    public String id() {
        return id;
    }

    public Stage stage() {
        return stage;
    }

    public static Optional<Risk> find(String id) {
        return Arrays.stream(values()).filter(risk -> risk.id.equals(id)).findFirst();
    }
}
