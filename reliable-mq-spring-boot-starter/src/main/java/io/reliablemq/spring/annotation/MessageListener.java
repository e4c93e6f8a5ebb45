package io.reliablemq.spring.annotation;

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
 * <p>The method takes the payload, converted to the parameter's type, and on demand {@code @Header} values, the Spring
 * {@code Message<?>} or the {@link io.reliablemq.client.api.ReceivedMessage}. It returns nothing or a
 * {@link io.reliablemq.client.api.ConsumeResult}.
 *
 * <p>A message is acknowledged only after the method returned normally, with {@code CONSUME_SUCCESS} if it returns a
 * result. An exception, {@code RECONSUME_LATER} or null is a retry: the broker hands the message out again after a
 * growing delay, and after {@link #maxReconsumeTimes()} retries keeps it in the group's dead-letter topic
 * {@code %DLQ%group}. A payload that cannot be converted or is not valid, and a
 * {@link io.reliablemq.client.api.NonRetryableException}, make it a dead letter at once. A message may come more than
 * once: after a crash, or when an acknowledgement was lost.
 *
 * <p>The method must do its work before it returns: what it hands to other threads is acknowledged without being done.
 * An {@code @Async} method is refused for that reason.
 *
 * <p>Listeners of one group share its subscription and threads: each message goes to the one that selects its topic
 * and tag. Two listeners that are both to receive every message need two groups.
 *
 * <p>All attributes may contain {@code ${...}} placeholders and {@code #{...}} expressions.
 */
@Target({ElementType.METHOD, ElementType.ANNOTATION_TYPE})
@Retention(RetentionPolicy.RUNTIME)
@Documented
@MessageMapping
@Repeatable(MessageListeners.class)
public @interface MessageListener {

    /** The topic to listen to. */
    String topic();

    /** The consumer group: all its members, in all processes, share the messages and must listen to the same. */
    String group();

    /** Which tags: {@code *} for all messages, or tags joined by {@code ||}. */
    String tags() default "*";

    /** How many messages the group handles at once in this process; {@code reliable-mq.consumer.concurrency} if empty. */
    String concurrency() default "";

    /**
     * How many retries before a message becomes a dead letter; {@code reliable-mq.consumer.max-reconsume-times} if
     * empty.
     */
    String maxReconsumeTimes() default "";

    /** What the listener's container can be looked up by; bean and method name if empty. */
    String id() default "";

    /** Whether to start with the application; otherwise it is started through the registry. */
    String autoStartup() default "true";
}
