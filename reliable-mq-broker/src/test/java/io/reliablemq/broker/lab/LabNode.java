package io.reliablemq.broker.lab;

import io.reliablemq.broker.replication.BrokerIdentity;
import io.reliablemq.broker.replication.ReplicationSettings;
import io.reliablemq.broker.replication.feed.ReplicaFeeds;
import io.reliablemq.broker.replication.follow.SteppedFollower;
import io.reliablemq.broker.store.LogMessageStore;
import io.reliablemq.broker.store.StoreSettings;
import io.reliablemq.broker.store.StoreSettings.Replication;
import io.reliablemq.protocol.command.Command;
import io.reliablemq.protocol.command.RequestCode;
import io.reliablemq.protocol.transport.Connection;
import io.reliablemq.protocol.transport.Reply;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** A broker's log and its part in replication, on a machine of its own. */
final class LabNode {

    private static final BrokerIdentity IDENTITY = new BrokerIdentity("lab", "broker");
    private static final ReplicationSettings SETTINGS = new ReplicationSettings(
            Duration.ofMillis(200), Duration.ofSeconds(1), 20_000, 2_000, 0, 1 << 20, Duration.ofMillis(200));

    private final String name;
    private final List<String> trace;
    private final Machine machine;
    private final StoreSettings settings;
    private boolean master;
    private LogMessageStore store;
    private @Nullable ReplicaFeeds feeds;
    private @Nullable SteppedFollower follower;
    private boolean wantsReopening;
    private int life;

    LabNode(String name, Random chance, List<String> trace, StoreSettings settings) {
        this.name = name;
        this.trace = trace;
        this.settings = settings;
        this.machine = new Machine(chance, trace, settings, () -> {});
    }

    String name() {
        return name;
    }

    Machine machine() {
        return machine;
    }

    LogMessageStore store() {
        return store;
    }

    boolean isMaster() {
        return master;
    }

    boolean wantsReopening() {
        return wantsReopening;
    }

    /** Counts starts, to tell what is answered after the process has ended. */
    int life() {
        return life;
    }

    /** @param dial how a slave reaches its master */
    void start(boolean asMaster, Replication ofMaster, Dial dial) throws IOException {
        life++;
        master = asMaster;
        wantsReopening = false;
        feeds = null;
        follower = null;
        trace.add(name + " starts as " + (asMaster ? "master" : "slave"));
        machine.start(
                () -> {
                    StoreSettings part = settings.withReplication(asMaster ? ofMaster : Replication.COPY);
                    store = machine.openStore(part);
                    if (asMaster) {
                        feeds = new ReplicaFeeds(
                                        store.feed(),
                                        store.id(),
                                        IDENTITY,
                                        SETTINGS,
                                        machine.clock(),
                                        machine::report,
                                        machine.agents())
                                .start();
                    } else {
                        follower = new SteppedFollower(
                                store.copy(),
                                IDENTITY,
                                address -> dial.to(this),
                                SETTINGS,
                                () -> wantsReopening = true,
                                machine.clock(),
                                machine::report,
                                machine.agents());
                    }
                },
                withPower -> {});
    }

    /** Opens a connection for a slave. */
    interface Dial {
        CompletableFuture<Connection> to(LabNode from);
    }

    void handle(Command command, Reply reply) {
        if (follower != null) {
            follower.handle(command, reply);
        } else if (command.code() == RequestCode.REPLICA_ATTACH) {
            feeds.attach(command, reply);
        } else {
            feeds.confirm(command, reply);
        }
    }

    /** The machine stops, if it has not stopped already. */
    void stop() {
        machine.requireNoUnexpectedErrors();
        machine.stop(withPower -> {});
    }

    void close() throws Exception {
        if (feeds != null) {
            feeds.close();
        }
        if (follower != null) {
            follower.close();
        }
        store.close();
    }

    /** All that stands in the log, committed or not. */
    LogImage image() throws IOException {
        return LogImage.read(machine.disk(), Machine.LOG, store.positions().written());
    }

    /** What can be read. */
    LogImage committed() throws IOException {
        return LogImage.read(machine.disk(), Machine.LOG, store.positions().committed());
    }

    /** For whoever has to find out what went wrong. */
    String state() {
        return name + " " + store.positions() + " " + (feeds != null ? feeds.replicas() : follower.state());
    }

    @Override
    public String toString() {
        return name;
    }
}
