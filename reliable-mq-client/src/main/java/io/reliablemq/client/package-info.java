/**
 * The composition root of the client: {@code MqClient} makes producers and consumers and closes them.
 *
 * <p>Any thread may call it.
 */
@NullMarked
package io.reliablemq.client;

import org.jspecify.annotations.NullMarked;
