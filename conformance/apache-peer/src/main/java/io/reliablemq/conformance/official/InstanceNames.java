package io.reliablemq.conformance.official;

import java.util.concurrent.atomic.AtomicInteger;

/** Gives every client its own instance, hence its own id and connections, as if each ran in a process of its own. */
final class InstanceNames {

    private static final AtomicInteger NEXT = new AtomicInteger();

    private InstanceNames() {}

    static String next(String group) {
        return group + "-" + ProcessHandle.current().pid() + "-" + NEXT.incrementAndGet();
    }
}
