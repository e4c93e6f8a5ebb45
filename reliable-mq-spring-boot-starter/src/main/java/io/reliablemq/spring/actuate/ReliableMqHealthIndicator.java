package io.reliablemq.spring.actuate;

import io.reliablemq.client.MqClient;
import io.reliablemq.client.api.ClusterQueries.BrokerNode;
import io.reliablemq.client.api.ConsumerFigures;
import io.reliablemq.client.api.OpenConsumer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.health.contributor.AbstractHealthIndicator;
import org.springframework.boot.health.contributor.Health;

/**
 * Whether brokers can be reached ({@code DOWN} if none can), and whether the consumers here keep within their bounds
 * ({@code OUT_OF_SERVICE} if not). While the name servers do not answer, the brokers that they named last count: everything
 * goes on with the routes that are known, so an application is not to be taken out for that.
 */
public final class ReliableMqHealthIndicator extends AbstractHealthIndicator {

    private final MqClient client;
    private final ConsumerLag lag;
    private final HealthBounds bounds;
    private volatile @Nullable List<BrokerNode> lastBrokers;

    public ReliableMqHealthIndicator(MqClient client, ConsumerLag lag, HealthBounds bounds) {
        super("The health of messaging cannot be told");
        this.client = client;
        this.lag = lag;
        this.bounds = bounds;
    }

    @Override
    protected void doHealthCheck(Health.Builder builder) throws InterruptedException {
        builder.up();
        Map<String, CompletableFuture<Long>> lags = new LinkedHashMap<>();
        if (bounds.maxLag() != null) {
            client.openConsumers()
                    .forEach(
                            consumer -> lags.computeIfAbsent(consumer.settings().group(), lag::ask));
        }
        long deadline = System.nanoTime() + bounds.timeout().toNanos();
        List<String> problems = consumers(builder, lags, deadline);
        if (!problems.isEmpty()) {
            builder.outOfService().withDetail("problems", problems);
        }
        connection(builder, deadline);
    }

    private void connection(Health.Builder builder, long deadline) throws InterruptedException {
        List<BrokerNode> brokers = lastBrokers;
        try {
            brokers = await(client.cluster().brokers(), deadline);
            lastBrokers = brokers;
        } catch (ExecutionException e) {
            builder.withDetail(
                    "nameServers",
                    String.valueOf(e.getCause() == null ? e : e.getCause().getMessage()));
        } catch (TimeoutException e) {
            builder.withDetail("nameServers", "No answer within " + bounds.timeout());
        }
        Map<String, String> seen = new LinkedHashMap<>();
        boolean reachable = false;
        for (BrokerNode broker : brokers == null ? List.<BrokerNode>of() : brokers) {
            boolean here = client.cluster().isReachable(broker);
            reachable |= here && broker.isMaster();
            seen.put(broker.toString(), here ? "reachable" : "not reachable");
        }
        builder.withDetail("brokers", seen);
        if (!reachable) {
            builder.down().withDetail("connection", seen.isEmpty() ? "No broker is known" : "No master can be reached");
        }
    }

    /** @return what is beyond its bounds */
    private List<String> consumers(Health.Builder builder, Map<String, CompletableFuture<Long>> lags, long deadline)
            throws InterruptedException {
        List<String> problems = new ArrayList<>();
        Map<String, Object> seen = new LinkedHashMap<>();
        for (OpenConsumer consumer : client.openConsumers()) {
            String group = consumer.settings().group();
            ConsumerFigures figures = consumer.figures();
            Map<String, Object> details = new LinkedHashMap<>();
            details.put("queues", figures.queues());
            details.put("running", figures.running());
            details.put("oldest", figures.oldest().toString());
            seen.put(group, details);
            if (bounds.requireAssignedQueues() && figures.queues() == 0) {
                problems.add("Group '" + group + "' has no queue here");
            }
            if (bounds.maxAge() != null && figures.oldest().compareTo(bounds.maxAge()) > 0) {
                problems.add("Group '" + group + "' works on a message for " + figures.oldest()
                        + ", which is longer than " + bounds.maxAge());
            }
            CompletableFuture<Long> asked = lags.get(group);
            if (asked != null) {
                lag(group, asked, deadline, details, problems);
            }
        }
        builder.withDetail("consumers", seen);
        return problems;
    }

    private void lag(
            String group,
            CompletableFuture<Long> asked,
            long deadline,
            Map<String, Object> details,
            List<String> problems)
            throws InterruptedException {
        Long most = bounds.maxLag();
        try {
            long messages = await(asked, deadline);
            details.put("lag", messages);
            if (most != null && messages > most) {
                problems.add("Group '" + group + "' is " + messages + " messages behind, which is more than " + most);
            }
        } catch (ExecutionException | TimeoutException e) {
            // A broker that does not answer is the connection's business.
            details.put("lag", "unknown");
        }
    }

    private static <T> T await(CompletableFuture<T> answer, long deadline)
            throws InterruptedException, ExecutionException, TimeoutException {
        return answer.get(Math.max(0, deadline - System.nanoTime()), TimeUnit.NANOSECONDS);
    }
}
