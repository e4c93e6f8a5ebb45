package io.reliablemq.broker.nameserver;

import io.reliablemq.broker.nameserver.BrokerLiveness.BrokerAddress;
import io.reliablemq.protocol.header.RegisterBrokerRequest;
import io.reliablemq.protocol.header.RegisterBrokerResponse;
import io.reliablemq.protocol.route.BrokerAddresses;
import io.reliablemq.protocol.route.TopicSettings;
import io.reliablemq.protocol.transport.Connection;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Takes brokers into the routes and out of them. Liveness and routes change together, in one step under
 * {@code stepLock}: a connection that closes late, or a lease that ends, must not take away the route that the broker
 * got by a newer registration in between.
 *
 * <p>Thread-safe. The locks of {@link BrokerLiveness} and {@link RouteRegistry} are only ever taken inside
 * {@code stepLock} or alone.
 */
final class BrokerRegistrations {

    private final RouteRegistry routes;
    private final BrokerLiveness liveness;
    private final Object stepLock = new Object();

    BrokerRegistrations(RouteRegistry routes, BrokerLiveness liveness) {
        this.routes = routes;
        this.liveness = liveness;
    }

    RouteRegistry routes() {
        return routes;
    }

    /**
     * What became of a registration.
     *
     * @param holder who has the name already, if that is why it was refused
     * @param answer what a slave is told of its master
     */
    record Outcome(boolean arrived, @Nullable String holder, RegisterBrokerResponse answer) {}

    /**
     * Takes the broker in, unless another one of its name and id is alive.
     *
     * @param connection null for a broker of this process
     */
    Outcome register(
            RegisterBrokerRequest request,
            @Nullable Connection connection,
            boolean retryTopicsOnDemand,
            Collection<TopicSettings> topics) {
        BrokerAddress broker = new BrokerAddress(request.brokerName(), request.brokerAddress());
        synchronized (stepLock) {
            String holder = routes.holder(request.brokerName(), request.brokerId());
            if (holder != null
                    && !holder.equals(broker.address())
                    && liveness.isAlive(new BrokerAddress(broker.brokerName(), holder))) {
                return new Outcome(false, holder, RegisterBrokerResponse.NO_MASTER);
            }
            boolean arrived = liveness.renew(broker, connection, Duration.ofMillis(request.heartbeatTimeoutMs()));
            routes.register(request, retryTopicsOnDemand, topics);
            boolean isMaster = request.brokerId() == BrokerAddresses.MASTER_ID;
            return new Outcome(
                    arrived, null, isMaster ? RegisterBrokerResponse.NO_MASTER : routes.master(request.brokerName()));
        }
    }

    /** The broker lives on for as long as it promised before. */
    void heard(BrokerAddress broker) {
        liveness.renew(broker);
    }

    /**
     * Takes the broker out.
     *
     * @param connection the one that closed; null if the broker itself said goodbye
     * @return false if it was not known, or was heard over another connection since
     */
    boolean remove(BrokerAddress broker, @Nullable Connection connection) {
        synchronized (stepLock) {
            boolean known = liveness.remove(broker, connection);
            if (known || connection == null) {
                routes.unregister(broker.brokerName(), broker.address());
            }
            return known;
        }
    }

    /** Takes out the brokers whose time is over, and returns them. */
    List<BrokerAddress> removeSilent() {
        synchronized (stepLock) {
            List<BrokerAddress> silent = liveness.expire();
            silent.forEach(broker -> routes.unregister(broker.brokerName(), broker.address()));
            return silent;
        }
    }
}
