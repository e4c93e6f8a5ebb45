package io.reliablemq.client.admin;

import io.reliablemq.client.agent.Causes;
import io.reliablemq.client.api.ClientSettings;
import io.reliablemq.client.api.ClusterQueries;
import io.reliablemq.client.route.Remote;
import io.reliablemq.protocol.body.ClusterInfo;
import io.reliablemq.protocol.body.ConsumerGroupSettings;
import io.reliablemq.protocol.body.JsonBodies;
import io.reliablemq.protocol.command.Command;
import io.reliablemq.protocol.command.RequestCode;
import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Asks over the network. Name servers know nothing of each other, so that all of them are asked. */
public final class RemoteClusterQueries implements ClusterQueries {

    private static final Comparator<BrokerNode> ORDER = Comparator.comparing(BrokerNode::name)
            .thenComparingLong(BrokerNode::id)
            .thenComparing(BrokerNode::address)
            .thenComparing(BrokerNode::cluster);

    private final ClientSettings settings;
    private final Remote remote;
    private final Predicate<String> reachable;

    /** @param reachable whether nothing is known that keeps requests from an address */
    public RemoteClusterQueries(ClientSettings settings, Remote remote, Predicate<String> reachable) {
        this.settings = settings;
        this.remote = remote;
        this.reachable = reachable;
    }

    /** What the broker answers to GET_BROKER_RUNTIME_INFO. */
    private record Runtime(@Nullable Map<String, String> table) {}

    @Override
    public CompletableFuture<List<BrokerNode>> brokers() {
        List<CompletableFuture<List<BrokerNode>>> questions =
                settings.nameServers().stream().map(this::brokersKnownTo).toList();
        return CompletableFuture.allOf(questions.toArray(CompletableFuture[]::new))
                .handle((done, error) -> union(questions));
    }

    private CompletableFuture<List<BrokerNode>> brokersKnownTo(String nameServer) {
        return ask(nameServer, RequestCode.GET_BROKER_CLUSTER_INFO, answer -> {
            List<BrokerNode> nodes = new ArrayList<>();
            JsonBodies.read(answer.body(), ClusterInfo.class)
                    .brokers()
                    .values()
                    .forEach(broker -> broker.addresses()
                            .forEach((id, address) ->
                                    nodes.add(new BrokerNode(broker.cluster(), broker.brokerName(), id, address))));
            return nodes;
        });
    }

    private List<BrokerNode> union(List<CompletableFuture<List<BrokerNode>>> questions) {
        TreeSet<BrokerNode> nodes = new TreeSet<>(ORDER);
        Throwable failure = null;
        boolean answered = false;
        for (CompletableFuture<List<BrokerNode>> question : questions) {
            if (question.isCompletedExceptionally()) {
                failure = question.handle((nothing, error) -> error).join();
            } else {
                answered = true;
                nodes.addAll(question.join());
            }
        }
        if (!answered) {
            throw new IllegalStateException(
                    "No name server of " + settings.nameServers() + " tells which brokers there are: "
                            + (failure == null ? "there is none" : Causes.text(failure)),
                    failure);
        }
        return List.copyOf(nodes);
    }

    @Override
    public boolean isReachable(BrokerNode broker) {
        return reachable.test(broker.address());
    }

    @Override
    public CompletableFuture<Map<String, String>> configuration(BrokerNode broker) {
        return ask(
                broker.address(),
                RequestCode.GET_BROKER_CONFIG,
                answer -> properties(new String(answer.body().toByteArray(), StandardCharsets.UTF_8)));
    }

    @Override
    public CompletableFuture<Map<String, String>> runtime(BrokerNode broker) {
        return ask(broker.address(), RequestCode.GET_BROKER_RUNTIME_INFO, answer -> {
            Map<String, String> table =
                    JsonBodies.read(answer.body(), Runtime.class).table();
            return table == null ? Map.of() : new TreeMap<>(table);
        });
    }

    @Override
    public CompletableFuture<Integer> retryQueues(BrokerNode broker, String group) {
        Command question = Command.request(RequestCode.GET_SUBSCRIPTION_GROUP_CONFIG, Map.of("group", group));
        return ask(
                broker.address(),
                question,
                answer -> JsonBodies.read(answer.body(), ConsumerGroupSettings.class)
                        .retryQueues());
    }

    private <T> CompletableFuture<T> ask(String address, int code, Function<Command, T> read) {
        return ask(address, Command.request(code, Map.of()), read);
    }

    private <T> CompletableFuture<T> ask(String address, Command question, Function<Command, T> read) {
        return remote.invoke(address, question, settings.requestTimeout()).thenApply(answer -> {
            if (!answer.isSuccess()) {
                throw new IllegalStateException(address + " answered " + answer.code() + " " + answer.remarkText());
            }
            return read.apply(answer);
        });
    }

    private static Map<String, String> properties(String text) {
        Properties read = new Properties();
        try {
            read.load(new StringReader(text));
        } catch (IOException e) {
            throw new IllegalStateException("A string could not be read", e);
        } catch (IllegalArgumentException e) {
            throw new IllegalStateException("The configuration is no text of properties: " + e.getMessage(), e);
        }
        Map<String, String> values = new TreeMap<>();
        read.stringPropertyNames().forEach(name -> values.put(name, read.getProperty(name)));
        return values;
    }
}
