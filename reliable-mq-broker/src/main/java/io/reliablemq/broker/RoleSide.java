package io.reliablemq.broker;

import io.reliablemq.broker.figures.Figures;
import io.reliablemq.broker.figures.HealthChecks;
import java.io.IOException;
import java.util.Map;

/** What a broker does because of its role, beside what all brokers do. */
interface RoleSide extends AutoCloseable {

    /** The files of the state, as this role keeps them. */
    BrokerState.Files files();

    /** @throws IOException if a file of this role cannot be read */
    BrokerParts.Part part(BrokerState state) throws IOException;

    /** Adds what is to be done from time to time; {@link #part} was called before. */
    void addDuties(BrokerParts parts, Duties housekeeping, Duties scheduling);

    /** Begins, once the duties run. */
    void start() throws IOException;

    Figures figures();

    HealthChecks health();

    /** How it stands to the other brokers of its name, by what is told of that. */
    Map<String, Object> standing();

    @Override
    void close() throws Exception;
}
