package io.reliablemq.spring.observation;

import java.util.concurrent.atomic.LongAdder;

/** How many one-way sends were made, which the guarantee report tells. Thread-safe. */
public final class OneWaySends implements SendCounts {

    private final LongAdder sends = new LongAdder();

    @Override
    public void oneWay(String topic) {
        sends.increment();
    }

    public long count() {
        return sends.sum();
    }
}
