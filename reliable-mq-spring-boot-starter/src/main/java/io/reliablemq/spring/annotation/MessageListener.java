package io.reliablemq.spring.annotation;

import io.reliablemq.client.api.ConsumeMode;
import io.reliablemq.client.api.MessageModel;
import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Repeatable;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.springframework.messaging.handler.annotation.MessageMapping;

/**
 * Has a method called with the messages of a topic, each at least once.
 *
 * <p><b>Parameters</b>: the payload, converted to the parameter's type ({@code @Payload} may be left out, {@code @Valid} is
 * heeded), and on demand {@code @Header} values, {@code @Headers}, the Spring {@code Message<?>}, the
 * {@link io.reliablemq.client.api.ReceivedMessage}, and a {@link io.reliablemq.spring.listener.MessageLease}. With
 * {@link #batch()} one {@code List} of payloads, of {@code Message<?>}, or of {@code ReceivedMessage}.
 *
 * <p><b>Result</b>: a message is acknowledged only after the method returned normally, with {@code CONSUME_SUCCESS} if it returns
 * a {@link io.reliablemq.client.api.ConsumeResult}. Where it returns a {@code CompletionStage}, that counts which the stage
 * completes with, when it does. A batch is told message by message with a {@link io.reliablemq.client.api.BatchOutcome}. Any
 * other object that a method returns is sent as the reply to a message that asks for one, and dropped otherwise; {@code boolean}
 * is refused, since it could be meant either way.
 *
 * <p><b>Failure</b>: an exception, {@code RECONSUME_LATER} or null instead of a result is a retry: the broker hands the message
 * out again after a growing delay, and after {@link #maxReconsumeTimes()} retries keeps it in the group's dead-letter topic
 * {@code %DLQ%group}. A payload that cannot be converted or is not valid, a
 * {@link io.reliablemq.client.api.NonRetryableException}, and what {@link #noRetryFor()} names make it a dead letter at once. An
 * {@link #errorHandler()} may decide otherwise. A message may come more than once: after a crash, or when an acknowledgement was
 * lost; {@link #idempotent()} has its effect once.
 *
 * <p>The method must do its work before it returns, or before its stage completes: what it hands to other threads otherwise is
 * acknowledged without being done. An {@code @Async} method without a stage is refused for that reason.
 *
 * <p>Listeners of one group share its subscription, consumer and threads: each message goes to the one that selects its topic
 * and tag. What they say of the consumer must agree; one that says nothing goes with the others. Two listeners that are both to
 * receive every message need two groups.
 *
 * <p>On a class, it gives defaults to the annotated methods of the class, other than {@link #id()}; listeners of dead letters
 * take no topic, group and selector from it. All texts may contain {@code ${...}} placeholders and {@code #{...}} expressions. For
 * what is left out, the settings {@code reliable-mq.consumer.*} count.
 */
@Target({ElementType.METHOD, ElementType.TYPE, ElementType.ANNOTATION_TYPE})
@Retention(RetentionPolicy.RUNTIME)
@Documented
@MessageMapping
@Repeatable(MessageListeners.class)
public @interface MessageListener {

    /** Value of {@link #idempotent()}: marks in the application's database, within the transaction of the listener. */
    String JDBC = "jdbc";

    /** Value of {@link #idempotent()}: marks in memory, which a restart forgets. */
    String MEMORY = "memory";

    /** Value of {@link #idempotent()}: each delivery is handled, whatever the class says. */
    String NONE = "none";

    /** The topic to listen to. */
    String topic() default "";

    /** The consumer group: all its members, in all processes, share the messages and must listen to the same. */
    String group() default "";

    /** Which tags: {@code *}, or nothing, for all messages, or tags joined by {@code ||}. */
    String tags() default "";

    /** What {@link #selectorExpression()} selects by. */
    SelectorType selectorType() default SelectorType.TAG;

    /** Which messages, in place of {@link #tags()}. */
    String selectorExpression() default "";

    /**
     * A group whose dead letters to listen to, in place of {@link #topic()}. Without a {@link #group()}, the listening group has
     * its name with {@code -dead-letters} behind it. See {@link DeadLetterListener}.
     */
    String deadLettersOf() default "";

    /** Whether messages of a queue are handled concurrently or in order. One value at the most. */
    ConsumeMode[] mode() default {};

    /** Whether the members of the group share the messages or each get all of them. One value at the most. */
    MessageModel[] model() default {};

    /** How many messages, or batches, the group handles at once in this process. */
    String concurrency() default "";

    /** {@code true} to have the method called with several messages of a queue at once. */
    String batch() default "";

    /** How many messages at the most; implies {@link #batch()}. */
    String batchSize() default "";

    /** How many retries before a message becomes a dead letter. */
    String maxReconsumeTimes() default "";

    /**
     * The time before each retry, for instance {@code 5s, 30s, 5m}; the last one also for all further ones. A broker of
     * Apache RocketMQ rounds it up to one of its delay levels, unless messages are handled in order or by broadcast.
     */
    String retryDelays() default "";

    /**
     * How long a queue that is handled in order is suspended after a failure, before the message is tried again: a single
     * {@linkplain #retryDelays() retry delay} for listeners in {@link ConsumeMode#ORDERLY}.
     */
    String suspendTime() default "";

    /** Exceptions, subclasses included, that make a message a dead letter at once. */
    Class<? extends Throwable>[] noRetryFor() default {};

    /** Where a new group starts: {@code first-offset}, {@code last-offset}, or a time such as {@code 2026-01-31T00:00:00Z}. */
    String consumeFrom() default "";

    /** How long the method may take for a call, for instance {@code 15m}; see {@code MessageLease} to ask for more. */
    String consumeTimeout() default "";

    /** How many messages are handed out in a second at the most; {@code 0} for no limit. */
    String maxMessagesPerSecond() default "";

    /** The bean, a {@link io.reliablemq.spring.listener.ListenerErrorHandler}, that decides on failed messages. */
    String errorHandler() default "";

    /**
     * Has a message its effect once, however often it is delivered: {@value #JDBC}, {@value #MEMORY}, or the name of an
     * {@link io.reliablemq.spring.idempotent.IdempotencyStore}.
     */
    String idempotent() default "";

    /**
     * What messages are known again by: SpEL over the method's parameters by name ({@code #order.id}), and {@code payload},
     * {@code headers} and {@code message}; within topic and tag. The unique id of the message if empty.
     */
    String idempotentKey() default "";

    /** What the listener's container can be looked up by; bean and method name if empty. */
    String id() default "";

    /** Whether to start with the application; otherwise it is started through the registry. */
    String autoStartup() default "";
}
