package io.reliablemq.client.route;

import org.jspecify.annotations.Nullable;

/** No name server could be asked for a route, or none knows any broker. */
public final class RouteUnavailableException extends RuntimeException {

    private final boolean withoutBrokers;

    private RouteUnavailableException(String message, @Nullable Throwable cause, boolean withoutBrokers) {
        super(message, cause);
        this.withoutBrokers = withoutBrokers;
    }

    static RouteUnavailableException unreachable(String message, @Nullable Throwable lastError) {
        return new RouteUnavailableException(message, lastError, false);
    }

    static RouteUnavailableException withoutBrokers(String message) {
        return new RouteUnavailableException(message, null, true);
    }

    /** Whether name servers have answered, but no broker is registered with them. */
    public boolean isWithoutBrokers() {
        return withoutBrokers;
    }
}
