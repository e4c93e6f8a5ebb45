package io.reliablemq.benchmarks.ceiling;

import io.reliablemq.protocol.transport.EventLoops;
import io.reliablemq.protocol.transport.RemotingServer;
import io.reliablemq.protocol.transport.TransportSettings;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.CountDownLatch;

/** Runs a {@link BrokerWithoutStore} on the loopback address until it is killed. */
public final class CeilingApplication {

    /** @param arguments the port to listen on */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        InetSocketAddress address =
                new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(arguments[0]));
        TransportSettings settings = TransportSettings.defaults();
        EventLoops loops = EventLoops.create("io", settings.ioThreads());
        new RemotingServer(loops, settings, new BrokerWithoutStore(address)).start(address);
        // The threads of the event loops are daemons: this one keeps the process until it is killed.
        new CountDownLatch(1).await();
    }

    private CeilingApplication() {}
}
