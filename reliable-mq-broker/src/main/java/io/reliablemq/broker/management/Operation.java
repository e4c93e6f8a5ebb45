package io.reliablemq.broker.management;

import java.util.Map;

/** Something that an operator can tell the broker to do: {@code POST} to its path. Any thread may run it. */
@FunctionalInterface
public interface Operation {

    /**
     * Does it, and returns once it is done.
     *
     * @param parameters of the request, by name
     * @return what to tell the operator, as JSON
     * @throws RefusedException if it was not done
     */
    Map<String, Object> run(Map<String, String> parameters) throws RefusedException;

    /** The operation was not done; the message says why. */
    final class RefusedException extends Exception {

        private static final long serialVersionUID = 1L;

        public RefusedException(String message, Throwable cause) {
            super(message, cause);
        }
    }
}
