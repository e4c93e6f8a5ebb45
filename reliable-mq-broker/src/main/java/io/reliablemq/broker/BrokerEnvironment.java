package io.reliablemq.broker;

import io.reliablemq.protocol.runtime.Clock;
import io.reliablemq.protocol.transport.RequestHandler;

/**
 * What a broker lives in, beside its settings: the clock of this machine, and nothing between clients and its handlers, unless
 * a test says otherwise.
 *
 * @param clock tells also {@linkplain Clock#ofMessages() the time that messages live by}
 * @param requests what requests of clients pass before they are handled
 */
public record BrokerEnvironment(Clock clock, Requests requests) {

    /** What a broker lives in unless told otherwise. */
    public static final BrokerEnvironment MACHINE = new BrokerEnvironment(Clock.SYSTEM, handlers -> handlers);

    /** Stands between clients and handlers. What other brokers ask does not come this way. */
    @FunctionalInterface
    public interface Requests {

        /**
         * Called once for a broker.
         *
         * @param handlers handle what is passed on to them
         * @return is given every request
         */
        RequestHandler before(RequestHandler handlers);
    }
}
