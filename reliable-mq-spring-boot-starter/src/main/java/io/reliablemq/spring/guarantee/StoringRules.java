package io.reliablemq.spring.guarantee;

import io.reliablemq.spring.guarantee.BrokerFacts.Behaviour;
import io.reliablemq.spring.guarantee.BrokerFacts.Flush;
import io.reliablemq.spring.guarantee.BrokerFacts.Replication;
import io.reliablemq.spring.guarantee.BrokerFacts.Retention;
import io.reliablemq.spring.guarantee.BrokerFacts.Software;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a master and its slaves guarantee. */
final class StoringRules {

    private final BrokerFacts master;
    private final List<BrokerFacts> slaves;
    private final Assessed result;

    private StoringRules(BrokerFacts master, List<BrokerFacts> slaves, Assessed result) {
        this.master = master;
        this.slaves = slaves;
        this.result = result;
    }

    static void assess(BrokerFacts master, List<BrokerFacts> slaves, Assessed result) {
        new StoringRules(master, slaves, result).assess();
    }

    private void assess() {
        if (master.problem() != null) {
            unknown("how it keeps messages is not known: " + master.problem());
            return;
        }
        holds();
        flush(master.flush());
        replication(master.replication());
        retention(master.retention());
        behaviour(master.behaviour());
    }

    private void holds() {
        Flush flush = master.flush();
        Replication replication = master.replication();
        Retention retention = master.retention();
        if (flush == null || replication == null || retention == null) {
            return;
        }
        StringBuilder text = new StringBuilder("A message is acknowledged once it is ")
                .append(flush.synchronous() ? "on the master's disk" : "in the master's memory");
        if (replication.needed() > 1) {
            int others = replication.needed() - 1;
            text.append(" and ")
                    .append(slavesFlush() ? "on the disk of " : "with ")
                    .append(Words.count(others, "slave", "slaves"));
        }
        text.append("; it is kept ");
        Duration age = retention.age();
        if (age != null && age.isZero()) {
            text.append("for ever");
        } else {
            text.append(age == null ? "for a time" : "for " + Words.of(age))
                    .append(
                            retention.deletesUnconsumed()
                                    ? ", consumed or not"
                                    : " at least, and until every known group has consumed it");
        }
        result.holds(Stage.STORING, master.subject(), text.toString());
    }

    /** Whether every slave that is known confirms after its own flush. */
    private boolean slavesFlush() {
        return !slaves.isEmpty() && slaves.stream().allMatch(StoringRules::confirmsAfterFlush);
    }

    private static boolean confirmsAfterFlush(BrokerFacts slave) {
        Flush flush = slave.flush();
        return slave.software() == Software.RELIABLE_MQ && flush != null && flush.synchronous();
    }

    private void flush(@Nullable Flush flush) {
        if (flush == null) {
            unknown("it does not say whether it flushes before it answers");
            return;
        }
        if (flush.transientPool()) {
            find(
                    Risk.TRANSIENT_POOL,
                    Severity.CAN_LOSE,
                    "Messages are acknowledged while they are in memory of the broker's process (transientStorePoolEnable):"
                            + " the end of the process loses them",
                    setting("", "transientStorePoolEnable=false"));
        }
        if (!flush.synchronous()) {
            find(
                    Risk.FLUSH,
                    Severity.CAN_LOSE,
                    "ASYNC_FLUSH: a power cut, or a crash of the machine, loses " + window(flush)
                            + " of acknowledged messages",
                    setting("flush-disk-type=SYNC_FLUSH", "flushDiskType=SYNC_FLUSH"));
        }
    }

    private static String window(Flush flush) {
        Duration window = flush.window();
        Duration quiet = flush.quietWindow();
        if (window == null) {
            return "the last moments";
        }
        return "up to " + Words.of(window)
                + (quiet != null && quiet.compareTo(window) > 0
                        ? ", and up to " + Words.of(quiet) + " while little is written,"
                        : "");
    }

    private void replication(@Nullable Replication replication) {
        if (replication == null) {
            unknown("it does not say whether it waits for a slave before it answers");
            return;
        }
        if (replication.needed() < 2) {
            find(Risk.REPLICATION, Severity.CAN_LOSE, notReplicated(replication), replicating());
            return;
        }
        Integer inSync = replication.inSync();
        if (inSync == null ? slaves.size() + 1 < replication.needed() : inSync < replication.needed()) {
            find(
                    Risk.SLAVE_MISSING,
                    Severity.ADVICE,
                    "Fewer slaves are there than a send waits for: sends end in SLAVE_NOT_AVAILABLE until they are, and"
                            + " nothing is acknowledged meanwhile",
                    new Setting("", "Start the slaves of " + master.name()));
        }
        List<String> early = slaves.stream()
                .filter(slave -> !confirmsAfterFlush(slave))
                .map(BrokerFacts::subject)
                .toList();
        if (!early.isEmpty()) {
            find(
                    Risk.SLAVE_FLUSH,
                    Severity.ADVICE,
                    Words.list(early)
                            + " may confirm what is not on disk there yet: a power cut of the slave together with"
                            + " the loss of the master's disk loses it",
                    setting("flush-disk-type=SYNC_FLUSH", "").on("the slaves"));
        }
    }

    private String notReplicated(Replication replication) {
        String loss = "the loss of its disk loses acknowledged messages";
        if (replication.lowersItself()) {
            return replication.role() + " waits for fewer slaves where fewer are there, down to none: " + loss;
        }
        return replication.role().equals("SYNC_MASTER")
                ? "Not replicated: SYNC_MASTER with inSyncReplicas 1 answers without waiting for a slave, so that "
                        + loss
                : "Not replicated: " + replication.role() + " answers without waiting for a slave, so that " + loss;
    }

    private Setting replicating() {
        Setting setting = setting(
                "broker-role=SYNC_MASTER",
                master.replication() != null && master.replication().lowersItself()
                        ? "minInSyncReplicas=2"
                        : "brokerRole=SYNC_MASTER and inSyncReplicas=2");
        return slaves.isEmpty() ? setting.and("and give it a slave") : setting;
    }

    private void retention(@Nullable Retention retention) {
        if (retention == null) {
            unknown("it does not say how long it keeps messages");
            return;
        }
        Duration age = retention.age();
        boolean expires = age == null || !age.isZero();
        if (retention.deletesUnconsumed() && expires) {
            String after = age == null ? "" : " after " + Words.of(age);
            find(
                    Risk.RETENTION,
                    Severity.CAN_LOSE,
                    "Messages are deleted" + after + (retention.forced() ? ", or before when the disk fills," : "")
                            + " whether or not a group has consumed them",
                    master.software() == Software.APACHE
                            ? new Setting(
                                    "cleanFileForciblyEnable=false",
                                    "in its broker.conf, and fileReservedTime (hours) to more than any group is ever away;"
                                            + " then accept this risk")
                            : setting("retention.delete-unconsumed=false", ""));
        }
        if (!retention.deadLetterAge().isZero()) {
            find(
                    Risk.DEAD_LETTERS_EXPIRE,
                    Severity.CAN_LOSE,
                    "Dead letters are deleted after " + Words.of(retention.deadLetterAge())
                            + ", whether or not somebody has looked at them",
                    master.software() == Software.APACHE
                            ? new Setting("", "Listen to the dead letters here, and keep or redrive them in time")
                            : setting("retention.dead-letter-age=0", ""));
        }
    }

    private void behaviour(@Nullable Behaviour behaviour) {
        if (behaviour == null) {
            unknown("it does not say how it treats delayed messages and unknown topics");
            return;
        }
        if (!behaviour.safeCopies()) {
            find(
                    Risk.INTERNAL_COPIES,
                    Severity.CAN_LOSE,
                    "The copies that it makes itself, of messages to retry, delayed ones and dead letters, wait neither for"
                            + " the disk nor for a slave: a crash in that moment loses them",
                    new Setting("", "No setting of Apache RocketMQ closes this; a broker of this project does"));
        }
        if (behaviour.dropsLateTimers()) {
            find(
                    Risk.TIMERS,
                    Severity.CAN_LOSE,
                    "A delayed message is dropped when it cannot be handed over in three attempts",
                    setting("", "timerEnableRetryUntilSuccess=true"));
        }
        if (behaviour.unreplicatedReads()) {
            find(
                    Risk.UNREPLICATED_READS,
                    Severity.ADVICE,
                    "Consumers see messages that only the master has: a fail-over can take back what they have acted on",
                    setting("allow-unreplicated-reads=false", "readUnCommitted=false"));
        }
        if (behaviour.createsTopics()) {
            find(
                    Risk.AUTO_CREATE,
                    Severity.ADVICE,
                    "A send to a mistyped topic makes that topic, where nobody listens",
                    setting("auto-create-topics=false", "autoCreateTopicEnable=false"));
        }
    }

    private void unknown(String why) {
        find(
                Risk.BROKER_UNKNOWN,
                Severity.UNKNOWN,
                "Unknown: " + why,
                new Setting("", "Look at its configuration, or let this application ask it for its configuration"));
    }

    private void find(Risk risk, Severity severity, String what, Setting setting) {
        result.add(new Finding(risk, master.subject(), severity, what, setting.property(), setting.remedy()));
    }

    /** A setting as it is to be written, and where. */
    private record Setting(String property, String remedy) {

        Setting and(String more) {
            return new Setting(property, remedy.isEmpty() ? more : remedy + ", " + more);
        }

        Setting on(String whom) {
            return property.isEmpty()
                    ? new Setting("", "No setting of this software closes this")
                    : new Setting(property, "on " + whom);
        }
    }

    private Setting setting(String ours, String apache) {
        return master.software() == Software.APACHE
                ? new Setting(apache, apache.isEmpty() ? "" : "in its broker.conf")
                : new Setting(ours.isEmpty() ? "" : "reliable-mq.broker." + ours, "");
    }
}
