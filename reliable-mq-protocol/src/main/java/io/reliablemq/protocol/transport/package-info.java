/**
 * The endpoints: a server that answers requests and a client that sends them, over TCP.
 *
 * <p>Netty is imported here and in {@code codec} only. Handlers are called on an event loop and must not block it;
 * answers may be given from any thread.
 */
@NullMarked
package io.reliablemq.protocol.transport;

import org.jspecify.annotations.NullMarked;
