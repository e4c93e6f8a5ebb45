package io.reliablemq.broker.replication;

import io.reliablemq.broker.replication.feed.ReplicaFeeds;
import io.reliablemq.broker.request.HandlerTable;
import io.reliablemq.broker.store.LogMessageStore;
import io.reliablemq.broker.store.StoreSettings;
import io.reliablemq.broker.store.file.DiskFiles;
import io.reliablemq.broker.store.file.StoreFiles;
import io.reliablemq.protocol.command.RequestCode;
import io.reliablemq.protocol.runtime.AgentHost;
import io.reliablemq.protocol.runtime.Clock;
import io.reliablemq.protocol.runtime.CloseStack;
import io.reliablemq.protocol.runtime.ErrorSink;
import io.reliablemq.protocol.transport.EventLoops;
import io.reliablemq.protocol.transport.RemotingServer;
import io.reliablemq.protocol.transport.TransportSettings;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;

/** A master's part in replication, over a real socket. */
final class MasterNode implements AutoCloseable {

    static final BrokerIdentity IDENTITY = new BrokerIdentity("lab", "broker-a");

    final LogMessageStore store;
    final ReplicaFeeds feeds;
    final int port;
    private final CloseStack started = new CloseStack();

    MasterNode(StoreSettings settings, ReplicationSettings replication, int listenPort, ErrorSink errors)
            throws Exception {
        this(settings, new DiskFiles(), replication, listenPort, errors);
    }

    MasterNode(
            StoreSettings settings, StoreFiles files, ReplicationSettings replication, int listenPort, ErrorSink errors)
            throws Exception {
        EventLoops loops = started.push(EventLoops.create("master-io", 1));
        store = started.push(LogMessageStore.open(settings, files, Clock.SYSTEM, errors));
        feeds = new ReplicaFeeds(
                store.feed(), store.id(), IDENTITY, replication, Clock.SYSTEM, errors, AgentHost.THREADS);
        RemotingServer server = new RemotingServer(
                loops,
                TransportSettings.defaults(),
                HandlerTable.builder()
                        .on(RequestCode.REPLICA_ATTACH, feeds::attach)
                        .on(RequestCode.REPLICA_CONFIRM, feeds::confirm)
                        .build());
        port = started.push(server)
                .start(new InetSocketAddress(InetAddress.getLoopbackAddress(), listenPort))
                .getPort();
        started.push(feeds.start());
    }

    static StoreSettings settings(Path folder) {
        return StoreSettings.in(folder)
                .withPreallocateBytes(1 << 20)
                .withReplication(StoreSettings.Replication.inSync(2, java.time.Duration.ofSeconds(3), false));
    }

    String address() {
        return "127.0.0.1:" + port;
    }

    @Override
    public void close() throws Exception {
        started.close();
    }
}
