package io.reliablemq.benchmarks.result;

/** Whose figure it is: a broker with the client that drove it, or the machine itself. */
public enum Subject {
    APACHE("Apache RocketMQ, official client"),
    APACHE_OWN_CLIENT("Apache RocketMQ, own client"),
    OURS_OFFICIAL_CLIENT("reliable-mq, official client"),
    OURS("reliable-mq, own client"),
    CEILING("a broker without a store, official client"),
    BARE("the machine alone");

    private final String title;

    Subject(String title) {
        this.title = title;
    }

    public String title() {
        return title;
    }
}
