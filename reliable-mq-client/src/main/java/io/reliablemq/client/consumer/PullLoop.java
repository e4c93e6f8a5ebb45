package io.reliablemq.client.consumer;

import io.reliablemq.client.agent.Causes;
import io.reliablemq.client.agent.TaskLoop;
import io.reliablemq.client.api.ConsumerEvents;
import io.reliablemq.client.api.PushConsumer.Queue;
import io.reliablemq.protocol.command.Command;
import io.reliablemq.protocol.command.RequestCode;
import io.reliablemq.protocol.command.ResponseCode;
import io.reliablemq.protocol.header.MalformedHeaderException;
import io.reliablemq.protocol.header.PullFlags;
import io.reliablemq.protocol.header.PullMessageRequest;
import io.reliablemq.protocol.header.PullMessageResponse;
import io.reliablemq.protocol.message.MessageFormatException;
import io.reliablemq.protocol.message.MessageLayout;
import io.reliablemq.protocol.message.StoredMessage;
import io.reliablemq.protocol.route.BrokerAddresses;
import java.time.Duration;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Fetches one queue: one pull at a time, held by the broker until there is something, the next at once.
 *
 * <p>Pulls go to the master, to a slave where the broker suggests one, and to a slave as long as the master is away or
 * cannot be reached. A slave may lag behind, so that its word moves the group nowhere: what it has not yet, or no longer,
 * is waited for.
 *
 * <p>Owned by the thread {@code rmq-client}. Pulling pauses while the window is full and for a second after an error; the
 * offset to pull lives in the window, so that nothing is skipped whatever happens to a pull.
 */
final class PullLoop {

    private static final Logger log = LoggerFactory.getLogger(PullLoop.class);

    private static final Duration SUSPEND = Duration.ofSeconds(15);
    private static final Duration TIMEOUT = Duration.ofSeconds(30);
    private static final Duration AFTER_ERROR = Duration.ofSeconds(1);
    private static final Duration AFTER_FLOW_CONTROL = Duration.ofMillis(50);
    /** An empty answer that comes faster than this was not held by the broker. */
    private static final Duration NOT_HELD = Duration.ofMillis(50);

    /** For so long nobody is asked whom the master suggests, after a slave has failed: the master does not know of that. */
    private static final Duration AFTER_FAILED_SLAVE = Duration.ofSeconds(10);

    /** What the loop needs of its consumer. */
    interface Host {

        /** Messages to hand out. */
        void pulled(ProcessQueue queue, List<StoredMessage> messages);

        /** The broker says that the queue is to be read from an earlier offset than the window has. */
        void movedBack(ProcessQueue queue, long offset);

        /** The most that one pull may bring now. */
        CacheBudget.Share share();
    }

    private final ProcessQueue window;
    private final Queue queue;
    private final PullSettings settings;
    private final ConsumerContext context;
    private final Host host;
    private long suggestedId = BrokerAddresses.MASTER_ID;
    /** When a slave failed; null if none has, or so long ago that one may be asked again. */
    private @Nullable Long slaveFailedNanos;

    private boolean stopped;

    /** The pull whose answer is awaited; null while there is none. */
    private @Nullable Pull inProgress;

    /** What ends the pause that the loop is in; null while it is in none. */
    private TaskLoop.@Nullable Timer pause;

    private @Nullable String lastProblem;

    /** Where a pull goes to. */
    private record Source(String address, boolean isMaster) {}

    /** One request. Told from others by identity, since the answer to one that was given up must not be taken. */
    private static final class Pull {
        private final Source source;
        private final long offset;
        private final long startNanos;

        Pull(Source source, long offset, long startNanos) {
            this.source = source;
            this.offset = offset;
            this.startNanos = startNanos;
        }
    }

    /**
     * What all pulls of a consumer have in common.
     *
     * @param events hears of what can no longer be pulled
     * @param tellsOffset whether brokers keep the offset of that queue, and this member may store it
     */
    record PullSettings(
            String group,
            Subscriptions subscriptions,
            int batchSize,
            ConsumerEvents events,
            Predicate<ProcessQueue> tellsOffset) {}

    PullLoop(ProcessQueue window, PullSettings settings, ConsumerContext context, Host host) {
        this.window = window;
        this.queue = window.queue();
        this.settings = settings;
        this.context = context;
        this.host = host;
    }

    void start() {
        pull();
    }

    /** The answer to a pull in progress is ignored. */
    void stop() {
        stopped = true;
    }

    /**
     * Looks again for where to pull from, because a broker is back, is cut off or has another place in the route: a pull
     * that is held elsewhere is given up, a pause ends.
     */
    void reconsider() {
        Pull current = inProgress;
        if (stopped) {
            return;
        }
        if (current != null) {
            Source now = source();
            if (now != null && !now.equals(current.source)) {
                log.debug("Group '{}' pulls {} from {} now", settings.group(), queue, now);
                inProgress = null;
                pull();
            }
        } else if (pause != null) {
            pull();
        }
    }

    /** Whatever goes wrong here, the next pull comes: a queue that nobody pulls looks like one without messages. */
    private void pull() {
        if (pause != null) {
            pause.cancel();
            pause = null;
        }
        try {
            ask();
        } catch (RuntimeException | Error e) {
            inProgress = null;
            broke(e);
        }
    }

    private void ask() {
        if (stopped || !window.hasRoom(() -> context.loop().execute(this::pull))) {
            return;
        }
        Source source = source();
        if (source == null) {
            failed("no route names its broker", null);
            return;
        }
        Pull mine = new Pull(source, window.nextOffset(), context.clock().nanos());
        inProgress = mine;
        context.remote()
                .invoke(source.address(), request(mine), TIMEOUT)
                .whenComplete((answer, error) -> context.loop().execute(() -> {
                    if (stopped || inProgress != mine) {
                        return;
                    }
                    inProgress = null;
                    try {
                        onEnd(mine, answer, error);
                    } catch (RuntimeException | Error e) {
                        broke(e);
                    }
                }));
    }

    private @Nullable Source source() {
        BrokerAddresses broker = context.broker(queue);
        if (broker == null) {
            return null;
        }
        String suggested = broker.addresses().get(suggestedId);
        String address = suggested != null && context.reachability().isReachable(suggested)
                ? suggested
                : context.readable(broker);
        return address == null ? null : new Source(address, address.equals(broker.master()));
    }

    /**
     * A pull tells the master how far the group is, so that it knows that better than by the commits from time to time: what
     * it does not know is delivered again after a restart. A slave is told by commits alone, while its master is away.
     */
    private Command request(Pull pull) {
        CacheBudget.Share share = host.share();
        boolean tell = pull.source.isMaster() && settings.tellsOffset().test(window);
        PullMessageRequest header = new PullMessageRequest(
                settings.group(),
                queue.topic(),
                queue.queueId(),
                pull.offset,
                Math.min(settings.batchSize(), share.messages()),
                PullFlags.SUSPEND
                        | (tell ? PullFlags.COMMIT_OFFSET : 0)
                        | (settings.subscriptions().isTold() ? 0 : PullFlags.SUBSCRIPTION),
                tell ? window.commitOffset() : 0,
                SUSPEND.toMillis(),
                settings.subscriptions().isTold()
                        ? null
                        : settings.subscriptions().expression(queue.topic()),
                settings.subscriptions().version(),
                settings.subscriptions().type(queue.topic()),
                share.bytes());
        return Command.request(RequestCode.PULL_MESSAGE, header.fields());
    }

    private void onEnd(Pull pull, @Nullable Command answer, @Nullable Throwable error) {
        if (answer == null) {
            suggestedId = BrokerAddresses.MASTER_ID;
            failed(error == null ? "no answer" : Causes.text(error), pull.source);
            return;
        }
        long offset = pull.offset;
        try {
            switch (answer.code()) {
                case ResponseCode.SUCCESS -> found(offset, PullMessageResponse.read(answer.fields()), answer);
                case ResponseCode.PULL_NOT_FOUND, ResponseCode.PULL_RETRY_IMMEDIATELY ->
                    nothingFound(pull, PullMessageResponse.read(answer.fields()));
                case ResponseCode.PULL_OFFSET_MOVED -> moved(pull, PullMessageResponse.read(answer.fields()));
                case ResponseCode.SUBSCRIPTION_NOT_EXIST, ResponseCode.SUBSCRIPTION_NOT_LATEST ->
                    introduce(pull.source.address(), answer);
                case ResponseCode.FLOW_CONTROL -> pullIn(AFTER_FLOW_CONTROL);
                default -> failed("the broker answered " + answer.code() + " " + answer.remarkText(), pull.source);
            }
        } catch (MalformedHeaderException | MessageFormatException e) {
            failed("the answer cannot be read: " + e.getMessage(), pull.source);
        }
    }

    private void found(long offset, PullMessageResponse header, Command answer) {
        List<StoredMessage> messages = MessageLayout.decodeInPlace(answer.body().toByteArray());
        long next = header.nextOffset();
        for (StoredMessage message : messages) {
            next = Math.max(next, message.queueOffset() + 1);
        }
        if (next <= offset) {
            throw new MessageFormatException(
                    "it found messages before offset " + offset + ", which were not asked for");
        }
        succeeded(header);
        // The broker may have deleted meanwhile what stands in its answer.
        reportGone(offset, messages.isEmpty() ? next : messages.get(0).queueOffset(), header);
        messages.removeIf(message -> !settings.subscriptions().wants(queue.topic(), message));
        host.pulled(window, window.add(messages, next));
        pull();
    }

    private void nothingFound(Pull pull, PullMessageResponse header) {
        succeeded(header);
        // A slave that lags behind has less than was received from its master, and answers so at once.
        boolean lags = !pull.source.isMaster() && header.nextOffset() < pull.offset;
        boolean held = context.clock().nanos() - pull.startNanos >= NOT_HELD.toNanos();
        reportGone(pull.offset, header.nextOffset(), header);
        window.add(List.of(), header.nextOffset());
        if (lags) {
            pullIn(AFTER_ERROR);
        } else if (held || header.nextOffset() > pull.offset) {
            pull();
        } else {
            pullIn(NOT_HELD);
        }
    }

    private void moved(Pull pull, PullMessageResponse header) {
        long offset = pull.offset;
        long next = header.nextOffset();
        if (!pull.source.isMaster()) {
            // It may lag behind its master, or have lost what that still has.
            failed(
                    "the slave keeps offsets " + header.minOffset() + " to " + header.maxOffset() + " and not " + offset
                            + "; it is waited for, or for its master",
                    pull.source);
            return;
        }
        if (next == offset) {
            failed("the broker moves the group to the offset where it is", pull.source);
        } else if (next > offset) {
            // What was pulled before and is not finished stays in the window and is finished first.
            succeeded(header);
            if (!reportGone(offset, next, header)) {
                log.info(
                        "The broker moves group '{}' on from offset {} to {} of {}",
                        settings.group(),
                        offset,
                        next,
                        queue);
            }
            window.add(List.of(), next);
            pull();
        } else {
            log.warn(
                    "The broker moves group '{}' back from offset {} to {} of {}, where it keeps offsets {} to {}",
                    settings.group(),
                    offset,
                    next,
                    queue,
                    header.minOffset(),
                    header.maxOffset());
            stopped = true;
            host.movedBack(window, next);
        }
    }

    /**
     * An answer may go on behind what is gone without saying so; what else it passes the subscription left out, or somebody who
     * has set the group to another offset.
     *
     * @return whether anything is gone
     */
    private boolean reportGone(long offset, long next, PullMessageResponse header) {
        long end = Math.min(next, header.minOffset());
        if (end > offset) {
            reportSkipped(offset, end, header);
        }
        return end > offset;
    }

    private void reportSkipped(long from, long to, PullMessageResponse header) {
        log.warn(
                "Group '{}' cannot get offsets {} to {} of {} any more and goes on at {}: the broker keeps {} to {}",
                settings.group(),
                from,
                to - 1,
                queue,
                to,
                header.minOffset(),
                header.maxOffset());
        try {
            settings.events().skipped(new ConsumerEvents.SkippedMessages(queue, from, to));
        } catch (RuntimeException | Error e) {
            log.error("ConsumerEvents of group '{}' failed", settings.group(), Causes.loggable(e));
        }
    }

    /** The broker does not know our subscription, perhaps because it was just started. */
    private void introduce(String address, Command answer) {
        boolean first = lastProblem == null;
        lastProblem = answer.remarkText();
        context.heartbeats()
                .sendTo(address)
                .whenComplete((taken, error) -> context.loop().execute(() -> {
                    if (first && error == null && taken) {
                        pull();
                    } else {
                        pullIn(AFTER_ERROR);
                    }
                }));
    }

    private void succeeded(PullMessageResponse header) {
        suggestedId = mayAskSlave() ? header.suggestedBrokerId() : BrokerAddresses.MASTER_ID;
        if (lastProblem != null) {
            log.info("Group '{}' receives from {} again", settings.group(), queue);
            lastProblem = null;
        }
    }

    private boolean mayAskSlave() {
        Long failed = slaveFailedNanos;
        if (failed != null && context.clock().nanos() - failed >= AFTER_FAILED_SLAVE.toNanos()) {
            slaveFailedNanos = null;
        }
        return slaveFailedNanos == null;
    }

    private void broke(Throwable error) {
        log.error("Pulling {} for group '{}' met an error and goes on", queue, settings.group(), error);
        lastProblem = error.toString();
        pullIn(AFTER_ERROR);
    }

    /** @param source where the pull went; null if it went nowhere */
    private void failed(String problem, @Nullable Source source) {
        if (source == null || !context.reachability().isReachable(source.address())) {
            // One line says that the broker is away, and need not be followed by another for each of its queues.
            log.debug("Group '{}' cannot pull from {} and goes on trying: {}", settings.group(), queue, problem);
        } else if (!problem.equals(lastProblem)) {
            log.warn("Group '{}' cannot pull from {} and goes on trying: {}", settings.group(), queue, problem);
            lastProblem = problem;
        }
        if (source != null && !source.isMaster()) {
            // The master alone can take its suggestion back, and is not asked as long as that stands.
            suggestedId = BrokerAddresses.MASTER_ID;
            slaveFailedNanos = context.clock().nanos();
        }
        context.routes().refresh(queue.topic());
        Source other = source();
        if (source != null && other != null && !other.equals(source)) {
            log.debug("Group '{}' reads {} from {} instead", settings.group(), queue, other);
            pull();
        } else {
            pullIn(AFTER_ERROR);
        }
    }

    private void pullIn(Duration time) {
        pause = context.loop().schedule(time, this::pull);
    }
}
