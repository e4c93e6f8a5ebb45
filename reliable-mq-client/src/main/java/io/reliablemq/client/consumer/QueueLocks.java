package io.reliablemq.client.consumer;

import io.reliablemq.client.api.PushConsumer.Queue;
import io.reliablemq.protocol.body.JsonBodies;
import io.reliablemq.protocol.body.QueueLock;
import io.reliablemq.protocol.command.Command;
import io.reliablemq.protocol.command.RequestCode;
import io.reliablemq.protocol.route.BrokerAddresses;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks brokers for the locks on queues. A broker keeps a lock for 60 s from when it was last asked for; here it counts for
 * half of that, from when the question was sent, so that whoever lost it has long stopped when another one gets it.
 * Thread-safe.
 */
final class QueueLocks {

    private static final Logger log = LoggerFactory.getLogger(QueueLocks.class);

    static final Duration RENEWAL = Duration.ofSeconds(10);
    static final Duration VALID = Duration.ofSeconds(30);

    private final String group;
    private final ConsumerContext context;

    QueueLocks(String group, ConsumerContext context) {
        this.group = group;
        this.context = context;
    }

    /**
     * What a broker said.
     *
     * @param held of the queues that were asked for
     * @param validUntilNanos how long they surely are held, by the clock's nanoseconds
     */
    record Answer(Set<Queue> held, long validUntilNanos) {}

    /** Asks for queues of one broker, or asks to keep them. */
    CompletableFuture<Answer> lock(String brokerName, Collection<Queue> queues) {
        long until = context.clock().nanos() + VALID.toNanos();
        return invoke(RequestCode.LOCK_BATCH_QUEUES, brokerName, queues).thenApply(answer -> {
            if (!answer.isSuccess()) {
                throw BrokerRefusedException.answered("lock " + queues, answer);
            }
            List<QueueLock.Queue> locked =
                    JsonBodies.read(answer.body(), QueueLock.Response.class).locked();
            return new Answer(
                    locked == null
                            ? Set.of()
                            : locked.stream()
                                    .map(queue -> new Queue(queue.topic(), queue.brokerName(), queue.queueId()))
                                    .collect(Collectors.toSet()),
                    until);
        });
    }

    /** Gives locks up. Completes when all brokers have heard it or cannot be reached, never exceptionally. */
    CompletableFuture<Void> unlock(Collection<Queue> queues) {
        Map<String, List<Queue>> byBroker = queues.stream().collect(Collectors.groupingBy(Queue::brokerName));
        return CompletableFuture.allOf(byBroker.entrySet().stream()
                .map(entry -> invoke(RequestCode.UNLOCK_BATCH_QUEUES, entry.getKey(), entry.getValue())
                        .handle((answer, error) -> {
                            if (error != null) {
                                // It runs out by itself.
                                log.debug("The locks on {} could not be given up", entry.getValue(), error);
                            }
                            return answer;
                        }))
                .toArray(CompletableFuture[]::new));
    }

    private CompletableFuture<Command> invoke(int code, String brokerName, Collection<Queue> queues) {
        String master = master(queues);
        if (master == null) {
            return CompletableFuture.failedFuture(
                    new BrokerRefusedException("No route names the master of broker '" + brokerName + "'"));
        }
        QueueLock.Request request = new QueueLock.Request(
                group,
                context.heartbeats().clientId(),
                queues.stream()
                        .map(queue -> new QueueLock.Queue(queue.topic(), queue.brokerName(), queue.queueId()))
                        .toList(),
                false);
        return context.remote()
                .invoke(
                        master,
                        Command.request(code, Map.of(), JsonBodies.write(request)),
                        context.settings().requestTimeout());
    }

    private @Nullable String master(Collection<Queue> queues) {
        return queues.stream()
                .map(context::broker)
                .filter(broker -> broker != null && broker.master() != null)
                .findFirst()
                .map(BrokerAddresses::master)
                .orElse(null);
    }
}
