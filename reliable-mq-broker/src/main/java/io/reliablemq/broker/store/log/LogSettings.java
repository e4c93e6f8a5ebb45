package io.reliablemq.broker.store.log;

/**
 * @param segmentBytes size of the segments that are made from now on
 * @param preallocateBytes how far ahead of the tail disk space is reserved; 0 for not at all
 * @param flushInline whether the writer forces each batch itself
 * @param flushIntervalNanos how long written bytes may stay unforced otherwise
 * @param flushBytes how many bytes may stay unforced otherwise
 * @param verifyAll whether recovery reads every record, and not only those behind the last indexed segment
 * @param salvage whether recovery sets damaged ranges aside instead of refusing to go on
 * @param copying whether the log is a copy of another one, which decides where its segments end
 */
public record LogSettings(
        long segmentBytes,
        long preallocateBytes,
        boolean flushInline,
        long flushIntervalNanos,
        long flushBytes,
        boolean verifyAll,
        boolean salvage,
        boolean copying) {}
