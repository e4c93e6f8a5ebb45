package io.reliablemq.broker.store;

import io.reliablemq.broker.store.epoch.EpochHistory;
import io.reliablemq.broker.store.log.LogGaps;

/**
 * How a log is brought to where it can follow a master.
 *
 * @param cutAt what stands from this position on is set aside
 * @param continueAt where the log goes on; behind {@code cutAt} if the master has deleted what stood between, in which case
 *     {@code cutAt} is where a segment starts
 * @param gaps of the master
 * @param epochs of the master
 */
public record Realignment(long cutAt, long continueAt, LogGaps gaps, EpochHistory epochs) {}
