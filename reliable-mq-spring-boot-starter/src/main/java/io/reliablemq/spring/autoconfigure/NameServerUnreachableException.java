package io.reliablemq.spring.autoconfigure;

import java.util.List;

/** No name server answered, and the application is not to start without one. */
final class NameServerUnreachableException extends RuntimeException {

    NameServerUnreachableException(List<String> nameServers, String reason, Throwable cause) {
        super("No name server of " + nameServers + " answers: " + reason, cause);
    }
}
