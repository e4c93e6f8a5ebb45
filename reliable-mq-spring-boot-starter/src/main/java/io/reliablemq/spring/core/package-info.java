/**
 * Sending from an application: {@code ReliableMqTemplate} converts and hands over to the client's producer.
 *
 * <p>Thread-safe; synchronous sends block the calling thread, the futures of asynchronous ones complete on a thread of
 * the client.
 */
@NullMarked
package io.reliablemq.spring.core;

import org.jspecify.annotations.NullMarked;
