package io.reliablemq.spring.autoconfigure;

/** Neither a name server is set nor a broker can be embedded. */
final class NoBrokerException extends RuntimeException {

    private final boolean embeddable;

    /** @param embeddable whether the broker is on the class path, and embedding only switched off */
    NoBrokerException(boolean embeddable) {
        super("No name server is set and no broker is embedded");
        this.embeddable = embeddable;
    }

    boolean embeddable() {
        return embeddable;
    }
}
