package io.reliablemq.broker.nameserver;

import io.reliablemq.broker.nameserver.BrokerLiveness.BrokerAddress;
import io.reliablemq.protocol.header.RegisterBrokerRequest;
import io.reliablemq.protocol.header.RegisterBrokerResponse;
import io.reliablemq.protocol.header.UnregisterBrokerRequest;
import io.reliablemq.protocol.route.TopicSettings;
import io.reliablemq.protocol.runtime.Agent;
import io.reliablemq.protocol.runtime.AgentRunner;
import io.reliablemq.protocol.runtime.Clock;
import io.reliablemq.protocol.runtime.ErrorSink;
import io.reliablemq.protocol.transport.EventLoops;
import io.reliablemq.protocol.transport.RemotingServer;
import io.reliablemq.protocol.transport.TransportSettings;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Collection;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A running name server.
 *
 * <p>Keeps nothing on disk: after a restart the brokers register again within seconds. A broker leaves the routes when
 * it says so, when its connection closes, or when it was silent for as long as it promised not to be.
 */
public final class NameServer implements AutoCloseable {

    /** Field of a registration by which a broker says that it makes retry topics when they are asked for. */
    public static final String RETRY_TOPICS_ON_DEMAND = "retryTopicsOnDemand";

    private static final Logger LOG = LoggerFactory.getLogger(NameServer.class);

    private final BrokerLiveness liveness;
    private final RouteWatchers watchers;
    private final BrokerRegistrations registrations;
    private final NameServerRequests requests;
    private final RemotingServer server;
    private final AgentRunner runner;
    private final InetSocketAddress address;

    private NameServer(
            EventLoops loops, TransportSettings settings, InetSocketAddress bind, Clock clock, ErrorSink errors)
            throws IOException {
        liveness = new BrokerLiveness(clock);
        watchers = new RouteWatchers();
        registrations = new BrokerRegistrations(new RouteRegistry(watchers::tell), liveness);
        runner = new AgentRunner(new SilenceWatch(), errors);
        requests = new NameServerRequests(registrations, watchers, runner::signal);
        server = new RemotingServer(loops, settings, requests);
        address = server.start(bind);
        runner.start();
    }

    /**
     * Starts to listen.
     *
     * @throws IOException if the address cannot be bound
     */
    public static NameServer start(
            EventLoops loops, TransportSettings settings, InetSocketAddress bind, Clock clock, ErrorSink errors)
            throws IOException {
        return new NameServer(loops, settings, bind, clock, errors);
    }

    /**
     * What became of a registration.
     *
     * @param refusal why the broker was not taken in; null if it was
     * @param answer what a slave is told of its master
     */
    public record Registered(@Nullable String refusal, RegisterBrokerResponse answer) {}

    /**
     * Takes in a broker of this process, or hears of it again. It leaves the routes as any other does, except that it has no
     * connection that could close.
     *
     * @param retryTopicsOnDemand whether the broker makes retry topics when they are asked for
     */
    public Registered register(
            RegisterBrokerRequest broker, boolean retryTopicsOnDemand, Collection<TopicSettings> topics) {
        return requests.register(broker, null, retryTopicsOnDemand, topics);
    }

    /** Takes out a broker of this process. */
    public void unregister(UnregisterBrokerRequest broker) {
        requests.unregister(broker);
    }

    public InetSocketAddress address() {
        return address;
    }

    /** How many brokers are registered, masters and slaves. */
    public int brokers() {
        return registrations.routes().addresses();
    }

    /** How many topics have a route. */
    public int topics() {
        return registrations.routes().topics().size();
    }

    /** How many clients are told of changes of routes. */
    public int watchers() {
        return watchers.size();
    }

    /** How many connections are open, of brokers, clients and tools. */
    public int connections() {
        return server.connections().size();
    }

    @Override
    public void close() {
        server.close();
        runner.close();
    }

    /** Removes brokers that fell silent, and sleeps until the next one could. */
    private final class SilenceWatch implements Agent {

        @Override
        public String name() {
            return "rmq-name-server";
        }

        @Override
        public long doWork() {
            for (BrokerAddress broker : registrations.removeSilent()) {
                LOG.warn(
                        "Broker {} at {} fell silent: it is out of the routes until it registers again",
                        broker.brokerName(),
                        broker.address());
            }
            return liveness.nanosToNextDeadline();
        }
    }
}
