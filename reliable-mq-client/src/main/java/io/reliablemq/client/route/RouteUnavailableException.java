package io.reliablemq.client.route;

import org.jspecify.annotations.Nullable;

/** No name server could be asked for a route. */
public final class RouteUnavailableException extends RuntimeException {

    RouteUnavailableException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
