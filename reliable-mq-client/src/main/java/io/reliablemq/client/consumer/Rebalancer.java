package io.reliablemq.client.consumer;

import io.reliablemq.client.agent.TaskLoop;
import io.reliablemq.client.api.AllocationStrategy;
import io.reliablemq.client.api.PushConsumer.Queue;
import io.reliablemq.client.api.PushConsumerSettings;
import io.reliablemq.protocol.body.ConsumerIds;
import io.reliablemq.protocol.body.JsonBodies;
import io.reliablemq.protocol.body.MalformedBodyException;
import io.reliablemq.protocol.command.Command;
import io.reliablemq.protocol.command.RequestCode;
import io.reliablemq.protocol.header.ConsumerGroupRequest;
import io.reliablemq.protocol.route.Permission;
import io.reliablemq.protocol.route.QueueAccess;
import io.reliablemq.protocol.route.TopicRoute;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds out which queues are this member's: asks the brokers for the members of the group and shares the queues of each
 * topic out among them.
 *
 * <p>Whoever one of the brokers names is a member. One that was just started knows those alone that have found it so far,
 * and whoever believed it would take queues that others have.
 *
 * <p>A group that consumes by broadcast shares nothing: every queue is this member's.
 *
 * <p>Owned by the thread {@code rmq-client}. Runs when asked to, every 20 s, and every second while something is wrong.
 * As long as no broker names the members, or all leave this one out, the assignment stays as it is.
 */
final class Rebalancer {

    private static final Logger log = LoggerFactory.getLogger(Rebalancer.class);

    /** Every member must come to the same result, so all begin with the same order, official clients too. */
    private static final Comparator<Queue> ORDER =
            Comparator.comparing(Queue::topic).thenComparing(Queue::brokerName).thenComparingInt(Queue::queueId);

    private static final Duration PERIOD = Duration.ofSeconds(20);
    private static final Duration PERIOD_WHILE_FAILING = Duration.ofSeconds(1);

    /** How long to wait for a broker that may hang, where others answer. */
    private static final Duration ONE_OF_SEVERAL = Duration.ofSeconds(1);

    /** Takes the outcome, on the thread {@code rmq-client}. */
    interface Assignment {

        /**
         * From now on, of that topic, these queues and no others are this member's.
         *
         * @param fromOthers those that another member has, or had a moment ago, which is still there
         * @return whether all of them are being received from; if not, the question comes again in a second
         */
        boolean assign(String topic, Set<Queue> queues, Set<Queue> fromOthers);
    }

    private final String group;
    private final boolean sharing;
    private final AllocationStrategy strategy;
    private final HandOvers handOvers;
    private final Set<String> topics;
    private final ConsumerContext context;
    private final Assignment assignment;
    private TaskLoop.@Nullable Timer timer;
    private boolean running;
    private boolean again;
    private boolean stopped;

    Rebalancer(PushConsumerSettings settings, Set<String> topics, ConsumerContext context, Assignment assignment) {
        this.group = settings.group();
        this.sharing = !settings.isBroadcasting();
        this.strategy = settings.allocation();
        this.handOvers = new HandOvers(strategy);
        this.topics = topics;
        this.context = context;
        this.assignment = assignment;
    }

    /** Looks at all topics now, or right after the look that is in progress. */
    void wakeUp() {
        if (stopped) {
            return;
        }
        if (running) {
            again = true;
            return;
        }
        running = true;
        if (timer != null) {
            timer.cancel();
        }
        List<CompletableFuture<Boolean>> looks =
                topics.stream().map(this::lookSafely).toList();
        CompletableFuture.allOf(looks.toArray(CompletableFuture[]::new))
                .whenComplete((done, error) -> context.loop().execute(() -> {
                    boolean balanced = error == null && looks.stream().allMatch(CompletableFuture::join);
                    if (error != null) {
                        log.warn("Group '{}' could not be rebalanced; it is tried again", group, error);
                    }
                    ended(balanced);
                }));
    }

    void stop() {
        stopped = true;
        if (timer != null) {
            timer.cancel();
        }
    }

    private void ended(boolean balanced) {
        running = false;
        if (again) {
            again = false;
            wakeUp();
        } else if (!stopped) {
            timer = context.loop().schedule(balanced ? PERIOD : PERIOD_WHILE_FAILING, this::wakeUp);
        }
    }

    /** A look that throws or never ends would be the last one. */
    private CompletableFuture<Boolean> lookSafely(String topic) {
        try {
            return look(topic);
        } catch (RuntimeException | Error e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private CompletableFuture<Boolean> look(String topic) {
        TopicRoute route = context.routes().route(topic);
        if (route == null) {
            // The route table goes on asking and wakes us when there is a route.
            return CompletableFuture.completedFuture(true);
        }
        if (!sharing) {
            return CompletableFuture.completedFuture(
                    stopped || assignment.assign(topic, Set.copyOf(queues(topic, route)), Set.of()));
        }
        List<String> addresses = route.brokers().stream()
                .flatMap(broker -> Stream.ofNullable(context.readable(broker)))
                .filter(context.reachability()::isReachable)
                .toList();
        Duration most = context.settings().requestTimeout();
        Duration timeout = addresses.size() > 1 && most.compareTo(ONE_OF_SEVERAL) > 0 ? ONE_OF_SEVERAL : most;
        List<CompletableFuture<List<String>>> answers =
                addresses.stream().map(address -> members(address, timeout)).toList();
        CompletableFuture<Boolean> result = new CompletableFuture<>();
        CompletableFuture.allOf(answers.toArray(CompletableFuture[]::new))
                .whenComplete((done, error) -> context.loop().execute(() -> {
                    try {
                        Set<String> members = new HashSet<>();
                        answers.forEach(answer -> members.addAll(answer.join()));
                        result.complete(take(topic, route, members));
                    } catch (RuntimeException | Error e) {
                        result.completeExceptionally(e);
                    }
                }));
        return result;
    }

    /** The members that the broker names; none if it names none. */
    private CompletableFuture<List<String>> members(String address, Duration timeout) {
        Command request =
                Command.request(RequestCode.GET_CONSUMER_LIST_BY_GROUP, new ConsumerGroupRequest(group).fields());
        return context.remote()
                .invoke(address, request, timeout)
                .handle((answer, error) -> answer == null ? List.of() : read(address, answer));
    }

    private List<String> read(String address, Command answer) {
        if (!answer.isSuccess()) {
            return List.of();
        }
        try {
            return JsonBodies.read(answer.body(), ConsumerIds.class).ids();
        } catch (MalformedBodyException e) {
            log.warn("The broker at {} does not name the members of group '{}': {}", address, group, e.getMessage());
            return List.of();
        }
    }

    private boolean take(String topic, TopicRoute route, Set<String> members) {
        String self = context.heartbeats().clientId();
        if (stopped) {
            return true;
        }
        if (!members.contains(self)) {
            context.heartbeats().sendToAll(context.reachability()::isReachable);
            return false;
        }
        List<Queue> queues = queues(topic, route);
        List<String> inOrder = members.stream().sorted().toList();
        List<Queue> own = strategy.queuesOf(self, queues, inOrder);
        return assignment.assign(topic, new HashSet<>(own), handOvers.fromOthers(topic, self, queues, inOrder, own));
    }

    /** All queues of the topic that can be read, in order. */
    static List<Queue> queues(String topic, TopicRoute route) {
        List<Queue> queues = new ArrayList<>();
        for (QueueAccess access : route.queues()) {
            if (Permission.canRead(access.permission())) {
                for (int id = 0; id < access.readQueues(); id++) {
                    queues.add(new Queue(topic, access.brokerName(), id));
                }
            }
        }
        return queues.stream().distinct().sorted(ORDER).toList();
    }
}
