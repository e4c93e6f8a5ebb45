/**
 * Copies of the log on other brokers: {@code feed} is a master's side, {@code follow} a replica's, {@code wire} what they say
 * to each other. Values that both sides share stand here.
 */
@NullMarked
package io.reliablemq.broker.replication;

import org.jspecify.annotations.NullMarked;
