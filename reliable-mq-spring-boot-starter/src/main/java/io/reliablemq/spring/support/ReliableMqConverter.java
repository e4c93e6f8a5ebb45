package io.reliablemq.spring.support;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.springframework.beans.factory.annotation.Qualifier;

/**
 * Marks a {@link org.springframework.messaging.converter.MessageConverter} bean as one for this messaging: it is asked before
 * text, bytes and JSON, and before those with a greater {@code @Order}. Message converters without the mark belong to something
 * else, WebSockets for instance, and are left alone.
 */
@Documented
@Qualifier
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.TYPE, ElementType.METHOD, ElementType.FIELD, ElementType.PARAMETER})
public @interface ReliableMqConverter {}
