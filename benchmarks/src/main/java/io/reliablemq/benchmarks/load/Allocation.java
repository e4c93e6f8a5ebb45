package io.reliablemq.benchmarks.load;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.HashMap;
import java.util.Map;

/** Bytes that the threads of this process allocate. A thread that ends between two looks is missing from the second one. */
final class Allocation {

    private static final ThreadMXBean THREADS = ManagementFactory.getPlatformMXBean(ThreadMXBean.class);

    private final Map<Long, Long> from;

    private Allocation(Map<Long, Long> from) {
        this.from = from;
    }

    static Allocation begin() {
        return new Allocation(byThread());
    }

    /** By all threads that live now. */
    long bytesSince() {
        return byThread().entrySet().stream()
                .mapToLong(thread -> thread.getValue() - from.getOrDefault(thread.getKey(), 0L))
                .sum();
    }

    private static Map<Long, Long> byThread() {
        long[] ids = THREADS.getAllThreadIds();
        long[] bytes = THREADS.getThreadAllocatedBytes(ids);
        Map<Long, Long> all = new HashMap<>();
        for (int i = 0; i < ids.length; i++) {
            all.put(ids[i], Math.max(0, bytes[i]));
        }
        return all;
    }
}
