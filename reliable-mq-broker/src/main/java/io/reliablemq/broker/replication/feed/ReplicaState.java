package io.reliablemq.broker.replication.feed;

import java.time.Duration;

/**
 * How far a replica is that is attached.
 *
 * @param id the name of its data folder
 * @param address where it has dialled from
 * @param confirmed everything before this position is safe there
 * @param lagBytes how much of what is written it has not confirmed
 * @param lag for how long the oldest of that has been on its way, as far as it is known
 * @param inSync whether it is heard of and near enough to be waited for
 */
public record ReplicaState(String id, String address, long confirmed, long lagBytes, Duration lag, boolean inSync) {}
