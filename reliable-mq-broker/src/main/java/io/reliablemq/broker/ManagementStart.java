package io.reliablemq.broker;

import io.reliablemq.broker.figures.Figures;
import io.reliablemq.broker.figures.Health;
import io.reliablemq.broker.management.ManagementServer;
import io.reliablemq.broker.management.Operation;
import io.reliablemq.protocol.runtime.ErrorSink;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Starts the management endpoint on the port that is to be had. */
final class ManagementStart {

    private static final Logger LOG = LoggerFactory.getLogger(Broker.class);

    /** @throws BrokerStartException if it cannot listen */
    static ManagementServer run(
            BrokerSettings.Management settings,
            Figures figures,
            Supplier<Health> health,
            Map<String, Operation> operations,
            ErrorSink errors) {
        InetSocketAddress bind = new InetSocketAddress(settings.bindAddress(), settings.port());
        try {
            return told(ManagementServer.start(bind, figures, health, operations, errors));
        } catch (BindException e) {
            if (!settings.anyPortIfTaken()) {
                throw Broker.refused("management.port", settings.port(), e);
            }
            LOG.warn(
                    "Port {} is taken, so health and figures are served on another one; choose one with {}.management.port",
                    settings.port(),
                    BrokerProperties.PREFIX);
        } catch (IOException e) {
            throw Broker.refused("management.port", settings.port(), e);
        }
        try {
            return told(ManagementServer.start(
                    new InetSocketAddress(settings.bindAddress(), 0), figures, health, operations, errors));
        } catch (IOException e) {
            throw Broker.refused(
                    "management.bind-address", settings.bindAddress().getHostAddress(), e);
        }
    }

    private static ManagementServer told(ManagementServer server) {
        LOG.info("Health and figures are served at http://{}/health and /metrics", Addresses.text(server.address()));
        return server;
    }

    private ManagementStart() {}
}
