package io.reliablemq.spring.actuate;

import io.reliablemq.broker.figures.Health.Status;
import io.reliablemq.spring.embedded.EmbeddedBroker;
import org.springframework.boot.health.contributor.AbstractHealthIndicator;
import org.springframework.boot.health.contributor.Health;

/**
 * The health of the embedded broker, each finding as a detail of its name with what to do, beside the part that the
 * broker plays among those of its name. A broker that is degraded does
 * its work, so it counts as up: an application is not to be restarted because its disk is slow.
 */
public final class EmbeddedBrokerHealthIndicator extends AbstractHealthIndicator {

    private final EmbeddedBroker broker;

    public EmbeddedBrokerHealthIndicator(EmbeddedBroker broker) {
        super("The embedded broker's health cannot be told");
        this.broker = broker;
    }

    @Override
    protected void doHealthCheck(Health.Builder builder) {
        io.reliablemq.broker.figures.Health health = broker.health();
        if (health == null) {
            builder.outOfService().withDetail("broker", "The embedded broker does not run");
            return;
        }
        builder.status(
                health.status() == Status.DOWN
                        ? org.springframework.boot.health.contributor.Status.DOWN
                        : org.springframework.boot.health.contributor.Status.UP);
        builder.withDetail("broker", health.status().name());
        health.details().forEach(builder::withDetail);
        health.findings()
                .forEach(finding -> builder.withDetail(finding.name(), finding.what() + ". " + finding.action()));
    }
}
