/**
 * The name server: which brokers are alive and who has which topic.
 *
 * <p>Rests on the protocol alone, so that it can run without a broker beside it. Requests are answered on event loops
 * from {@link io.reliablemq.broker.nameserver.RouteRegistry}, which guards itself; {@code rmq-name-server} removes
 * brokers that fell silent.
 */
@NullMarked
package io.reliablemq.broker.nameserver;

import org.jspecify.annotations.NullMarked;
