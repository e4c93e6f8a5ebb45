package io.reliablemq.broker;

import io.reliablemq.protocol.tls.TlsContext;

/** Where certificates and keys are found by the name of their bundle. */
@FunctionalInterface
public interface TlsBundles {

    /** There are none. */
    TlsBundles NONE = name -> {
        throw new IllegalArgumentException("there is no bundle at all");
    };

    /**
     * The bundle of that name.
     *
     * @throws RuntimeException if there is none, or if it cannot be read; the message says which and why
     */
    TlsContext named(String name);
}
