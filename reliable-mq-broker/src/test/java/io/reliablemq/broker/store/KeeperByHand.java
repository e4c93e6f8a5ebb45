package io.reliablemq.broker.store;

/** The segment keeper by hand: so the test decides when segments are deleted. */
final class KeeperByHand extends AgentByHand {

    KeeperByHand() {
        super("rmq-segment-keeper");
    }
}
