package io.reliablemq.broker.request;

/** Says which broker of this name a consumer had better pull from next. Thread-safe. */
@FunctionalInterface
public interface ReadAdvice {

    /** What stands further from the end of the log than this is taken not to be in memory. */
    long FAR_BEHIND_BYTES = 64L * 1024 * 1024;

    /** Always the master. */
    ReadAdvice MASTER = (group, behindBytes) -> 0;

    /**
     * @param behindBytes how far the messages at hand stand from the end of the log; 0 if there are none
     * @return the broker's number; 0 is the master
     */
    long brokerFor(String group, long behindBytes);
}
