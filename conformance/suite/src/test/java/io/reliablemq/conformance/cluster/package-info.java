/**
 * Several brokers and name servers, ours and those of Apache RocketMQ, that come and go while clients send and receive.
 *
 * <p>Each scenario has processes of its own and prints what was sent, acknowledged, received, lost and duplicated.
 */
@NullMarked
package io.reliablemq.conformance.cluster;

import org.jspecify.annotations.NullMarked;
