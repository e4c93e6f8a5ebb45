package io.reliablemq.client.consumer;

import io.reliablemq.client.agent.Causes;
import io.reliablemq.client.api.ConsumeFrom;
import io.reliablemq.client.api.DeadLetters;
import io.reliablemq.client.api.PushConsumer.Queue;
import io.reliablemq.protocol.command.Command;
import io.reliablemq.protocol.command.RequestCode;
import io.reliablemq.protocol.command.ResponseCode;
import io.reliablemq.protocol.header.PullFlags;
import io.reliablemq.protocol.header.PullMessageRequest;
import io.reliablemq.protocol.header.PullMessageResponse;
import io.reliablemq.protocol.message.FailureProperties;
import io.reliablemq.protocol.message.Message;
import io.reliablemq.protocol.message.MessageLayout;
import io.reliablemq.protocol.message.Names;
import io.reliablemq.protocol.message.PropertyNames;
import io.reliablemq.protocol.message.StoredMessage;
import io.reliablemq.protocol.route.TopicRoute;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Dead letters as the topics {@code %DLQ%group} hold them. Thread-safe: holds nothing but how to reach brokers. */
public final class DeadLetterTopics implements DeadLetters {

    private static final Logger log = LoggerFactory.getLogger(DeadLetterTopics.class);

    /** Under this name brokers keep how far {@link #redriveAll} came. */
    private static final String PROGRESS_SUFFIX = "-redrive";

    private static final int PAGE = 32;
    private static final int PAGE_BYTES = 256 * 1024;

    /** What the brokers and the way through them have added; a message that is sent again begins without. */
    private static final Set<String> OF_THE_WAY = Set.of(
            PropertyNames.UNIQUE_ID,
            PropertyNames.RETRY_TOPIC,
            PropertyNames.ORIGIN_MESSAGE_ID,
            PropertyNames.DEAD_LETTER_ORIGIN_TOPIC,
            PropertyNames.DEAD_LETTER_ORIGIN_MESSAGE_ID,
            PropertyNames.REAL_TOPIC,
            PropertyNames.REAL_QUEUE_ID,
            PropertyNames.DELAY_LEVEL,
            PropertyNames.RECONSUME_TIME,
            PropertyNames.MAX_RECONSUME_TIMES,
            PropertyNames.WAIT_STORE,
            PropertyNames.MESSAGE_REGION,
            PropertyNames.TRACE_SWITCH,
            PropertyNames.CLUSTER,
            PropertyNames.PRODUCER_GROUP,
            PropertyNames.TRANSACTION_PREPARED,
            PropertyNames.TIMER_DELAY_SECONDS,
            PropertyNames.TIMER_DELAY_MILLIS,
            PropertyNames.TIMER_DELIVER_MILLIS,
            PropertyNames.TIMER_OUT_MILLIS,
            PropertyNames.TIMER_ENQUEUE_MILLIS,
            PropertyNames.TIMER_DEQUEUE_MILLIS,
            REDRIVE_COUNT,
            REDRIVEN_ID);

    private final ConsumerContext context;
    private final Sender sender;
    private final QueueBounds bounds;
    private final Answers answers;

    /** Sends a message and returns when it is safe, or throws. */
    @FunctionalInterface
    public interface Sender {
        void send(Message message);
    }

    public DeadLetterTopics(ConsumerContext context, Sender sender) {
        this.context = context;
        this.sender = sender;
        this.answers = new Answers("The client", context);
        this.bounds = new QueueBounds(ConsumeFrom.FIRST_OFFSET, null, context);
    }

    @Override
    public long count(String group) {
        long count = 0;
        for (Queue queue : queues(group)) {
            count += await(bounds.max(queue)) - await(bounds.min(queue));
        }
        return count;
    }

    @Override
    public long notRedriven(String group) {
        BrokerOffsets progress = progress(group);
        long count = 0;
        for (Queue queue : queues(group)) {
            count += await(bounds.max(queue)) - await(progress.startOffset(queue));
        }
        return count;
    }

    @Override
    public List<DeadLetter> read(String group, int most) {
        List<DeadLetter> letters = new ArrayList<>();
        for (Queue queue : queues(group)) {
            walk(group, queue, await(bounds.min(queue)), await(bounds.max(queue)), letter -> {
                letters.add(letter.asKept());
                return letters.size() < most;
            });
        }
        return List.copyOf(letters.subList(0, Math.min(most, letters.size())));
    }

    @Override
    public Redrive redriveAll(String group) {
        BrokerOffsets progress = progress(group);
        Run run = new Run(letter -> true);
        return run.through(group, queue -> {
            long from = await(progress.startOffset(queue));
            walk(group, queue, from, await(bounds.max(queue)), new Visitor() {
                @Override
                public boolean take(Letter letter) {
                    return run.take(letter);
                }

                /** At once, so that a failure later on does not send all of them again. */
                @Override
                public void dealtWith(long next) {
                    if (next > from) {
                        await(progress.commitSurely(queue, next));
                    }
                }
            });
        });
    }

    @Override
    public Redrive redrive(String group, Collection<String> messageIds) {
        Set<String> wanted = Set.copyOf(messageIds);
        Run run = new Run(letter -> wanted.contains(letter.message().messageId()));
        return run.through(
                group, queue -> walk(group, queue, await(bounds.min(queue)), await(bounds.max(queue)), run::take));
    }

    @Override
    public Redrive redrive(String group, Instant from, Instant to) {
        Run run = new Run(letter -> !letter.message().storedAt().isBefore(from)
                && letter.message().storedAt().isBefore(to));
        return run.through(
                group,
                queue -> walk(group, queue, await(bounds.at(queue, from)), await(bounds.at(queue, to)), run::take));
    }

    /** One go through the dead letters. Used by one thread. */
    private final class Run {

        private final Predicate<DeadLetter> wanted;
        private int redriven;
        private @Nullable DeadLetter stoppedAt;
        private @Nullable String problem;

        Run(Predicate<DeadLetter> wanted) {
            this.wanted = wanted;
        }

        Redrive through(String group, Consumer<Queue> walk) {
            try {
                queues(group).forEach(walk);
            } catch (RuntimeException e) {
                if (redriven == 0) {
                    throw e;
                }
                throw new IllegalStateException(
                        redriven + " dead letter(s) of group '" + group + "' were sent again, but not all: "
                                + Causes.text(e),
                        e);
            }
            return result(group);
        }

        /** @return whether to go on */
        boolean take(Letter letter) {
            if (stoppedAt != null) {
                return false;
            }
            if (!wanted.test(letter.asKept())) {
                return true;
            }
            try {
                sender.send(again(letter));
                redriven++;
                return true;
            } catch (RuntimeException e) {
                stoppedAt = letter.asKept();
                problem = Causes.text(e);
                return false;
            }
        }

        private Redrive result(String group) {
            log.info(
                    "{} dead letter(s) of group '{}' were sent again{}",
                    redriven,
                    group,
                    stoppedAt == null ? "" : "; " + stoppedAt.message() + " could not be: " + problem);
            return new Redrive(redriven, stoppedAt, problem);
        }
    }

    private static Message again(Letter kept) {
        DeadLetter letter = kept.asKept();
        if (kept.problem() != null) {
            // Its compressed body would be taken for what the application has sent.
            throw new IllegalStateException(
                    "it cannot be read here: " + kept.problem().getMessage());
        }
        String topic = letter.originalTopic();
        if (topic == null) {
            throw new IllegalStateException("the message does not say which topic it was sent to");
        }
        Map<String, String> properties = new LinkedHashMap<>(letter.message().properties());
        properties.keySet().removeAll(OF_THE_WAY);
        properties.keySet().removeAll(FailureProperties.ALL);
        properties.put(REDRIVE_COUNT, Integer.toString(letter.redriveCount() + 1));
        properties.put(REDRIVEN_ID, letter.message().messageId());
        return new Message(
                topic, letter.message().flag(), properties, letter.message().body());
    }

    /** @param problem why its body is the one that is stored; null if it could be inflated, or need not be */
    private record Letter(DeadLetter asKept, @Nullable UnreadableMessageException problem) {}

    /** What to do with each letter, in order. */
    private interface Visitor {

        /** @return whether to go on; if not, this letter has not been dealt with */
        boolean take(Letter letter);

        /** Hears after each page how far it came. @param next behind the last letter that was dealt with */
        default void dealtWith(long next) {}
    }

    private record Page(Command answer, PullMessageResponse header) {}

    private void walk(String group, Queue queue, long from, long to, Visitor visitor) {
        long next = from;
        while (next < to) {
            Page page = await(context.invoke(queue, pull(group, queue, next)).thenApply(answer -> page(queue, answer)));
            boolean found = page.answer().isSuccess();
            for (StoredMessage message : found ? messages(page.answer()) : List.<StoredMessage>of()) {
                if (message.queueOffset() >= to || !visitor.take(letter(queue, message))) {
                    visitor.dealtWith(Math.min(message.queueOffset(), to));
                    return;
                }
                next = message.queueOffset() + 1;
            }
            long told = page.header().nextOffset();
            if (told <= next && !found) {
                if (page.answer().code() != ResponseCode.PULL_NOT_FOUND) {
                    await(CompletableFuture.failedFuture(refused(queue, page.answer())));
                }
                return;
            }
            next = Math.max(next, told);
            visitor.dealtWith(next);
        }
    }

    /** A refusal comes without the header that answers have. */
    private static Page page(Queue queue, Command answer) {
        return switch (answer.code()) {
            case ResponseCode.SUCCESS,
                    ResponseCode.PULL_NOT_FOUND,
                    ResponseCode.PULL_RETRY_IMMEDIATELY,
                    ResponseCode.PULL_OFFSET_MOVED -> new Page(answer, PullMessageResponse.read(answer.fields()));
            default -> throw refused(queue, answer);
        };
    }

    private static BrokerRefusedException refused(Queue queue, Command answer) {
        return BrokerRefusedException.answered("hand out the dead letters in " + queue, answer);
    }

    private static List<StoredMessage> messages(Command answer) {
        return MessageLayout.decodeAll(ByteBuffer.wrap(answer.body().toByteArray()));
    }

    private static Command pull(String group, Queue queue, long offset) {
        PullMessageRequest header = new PullMessageRequest(
                group + PROGRESS_SUFFIX,
                queue.topic(),
                queue.queueId(),
                offset,
                PAGE,
                PullFlags.SUBSCRIPTION,
                0,
                0,
                "*",
                0,
                "TAG",
                PAGE_BYTES);
        return Command.request(RequestCode.PULL_MESSAGE, header.fields());
    }

    private static Letter letter(Queue queue, StoredMessage stored) {
        String origin = stored.property(PropertyNames.DEAD_LETTER_ORIGIN_TOPIC);
        String topic = origin != null ? origin : stored.property(PropertyNames.RETRY_TOPIC);
        int redriveCount = times(stored.property(REDRIVE_COUNT));
        try {
            return new Letter(new DeadLetter(MessageReader.read(queue, stored), topic, redriveCount), null);
        } catch (UnreadableMessageException e) {
            return new Letter(new DeadLetter(MessageReader.raw(queue, stored), topic, redriveCount), e);
        }
    }

    private static int times(@Nullable String text) {
        return text == null || !text.matches("\\d{1,9}") ? 0 : Integer.parseInt(text);
    }

    private BrokerOffsets progress(String group) {
        return BrokerOffsets.ofNobody(Names.requireGroup(group + PROGRESS_SUFFIX), ConsumeFrom.FIRST_OFFSET, context);
    }

    private List<Queue> queues(String group) {
        String topic = Names.deadLetterTopic(Names.requireGroup(group));
        Optional<TopicRoute> route = await(context.routes().once(topic));
        return route.map(found -> Rebalancer.queues(topic, found)).orElse(List.of());
    }

    private <T extends @Nullable Object> T await(CompletableFuture<T> answer) {
        return answers.await(answer, "reach the dead letters");
    }
}
