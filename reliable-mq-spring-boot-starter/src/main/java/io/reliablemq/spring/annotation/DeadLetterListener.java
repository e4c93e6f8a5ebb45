package io.reliablemq.spring.annotation;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.springframework.core.annotation.AliasFor;

/**
 * Has a method called with the dead letters of a group: the messages that it could not handle.
 *
 * <p>Otherwise as {@link MessageListener}. The reason, the attempts and where a message came from are among its headers, see
 * {@link io.reliablemq.spring.support.ReliableMqHeaders}. To listen does not take the dead letters away: they stay in their
 * topic, and can be sent again from there.
 */
@Target({ElementType.METHOD, ElementType.ANNOTATION_TYPE})
@Retention(RetentionPolicy.RUNTIME)
@Documented
@MessageListener
public @interface DeadLetterListener {

    /** The group whose dead letters these are. */
    @AliasFor(annotation = MessageListener.class, attribute = "deadLettersOf")
    String group();

    /** The group that listens to them; the first one's name with {@code -dead-letters} behind it if empty. */
    @AliasFor(annotation = MessageListener.class, attribute = "group")
    String consumerGroup() default "";

    /** See {@link MessageListener#tags()}. */
    @AliasFor(annotation = MessageListener.class, attribute = "tags")
    String tags() default "";

    /** See {@link MessageListener#concurrency()}. */
    @AliasFor(annotation = MessageListener.class, attribute = "concurrency")
    String concurrency() default "";

    /** See {@link MessageListener#batch()}. */
    @AliasFor(annotation = MessageListener.class, attribute = "batch")
    String batch() default "";

    /** See {@link MessageListener#batchSize()}. */
    @AliasFor(annotation = MessageListener.class, attribute = "batchSize")
    String batchSize() default "";

    /** See {@link MessageListener#maxReconsumeTimes()}. */
    @AliasFor(annotation = MessageListener.class, attribute = "maxReconsumeTimes")
    String maxReconsumeTimes() default "";

    /** See {@link MessageListener#retryDelays()}. */
    @AliasFor(annotation = MessageListener.class, attribute = "retryDelays")
    String retryDelays() default "";

    /** See {@link MessageListener#errorHandler()}. */
    @AliasFor(annotation = MessageListener.class, attribute = "errorHandler")
    String errorHandler() default "";

    /** See {@link MessageListener#idempotent()}. */
    @AliasFor(annotation = MessageListener.class, attribute = "idempotent")
    String idempotent() default "";

    /** See {@link MessageListener#idempotentKey()}. */
    @AliasFor(annotation = MessageListener.class, attribute = "idempotentKey")
    String idempotentKey() default "";

    /** See {@link MessageListener#id()}. */
    @AliasFor(annotation = MessageListener.class, attribute = "id")
    String id() default "";

    /** See {@link MessageListener#autoStartup()}. */
    @AliasFor(annotation = MessageListener.class, attribute = "autoStartup")
    String autoStartup() default "";
}
