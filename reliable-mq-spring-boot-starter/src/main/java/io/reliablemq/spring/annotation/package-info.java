/**
 * {@code @MessageListener} and the post-processor that finds it on beans.
 *
 * <p>Runs on the thread that starts the context; the methods found are called by the client's consume threads.
 */
@NullMarked
package io.reliablemq.spring.annotation;

import org.jspecify.annotations.NullMarked;
