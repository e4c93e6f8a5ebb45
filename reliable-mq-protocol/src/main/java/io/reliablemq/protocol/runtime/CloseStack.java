package io.reliablemq.protocol.runtime;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * What has been started, to be stopped in reverse order.
 *
 * <p>Closing goes on past a failure and throws the first one at the end, with the others suppressed. Closing twice
 * does nothing. Not thread-safe: the owner guards it.
 */
public final class CloseStack implements AutoCloseable {

    private final Deque<AutoCloseable> open = new ArrayDeque<>();

    /** Remembers the resource and returns it. */
    public <T extends AutoCloseable> T push(T resource) {
        open.push(resource);
        return resource;
    }

    @Override
    public void close() throws Exception {
        Exception first = null;
        while (!open.isEmpty()) {
            try {
                open.pop().close();
            } catch (Exception e) {
                if (first == null) {
                    first = e;
                } else {
                    first.addSuppressed(e);
                }
            }
        }
        if (first != null) {
            throw first;
        }
    }
}
