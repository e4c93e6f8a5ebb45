package io.reliablemq.conformance.port;

import java.util.Set;

/** The official administration tool, as far as the suite needs it to prepare a broker. */
public interface Administration extends AutoCloseable {

    /**
     * The addresses of the brokers that the name server knows.
     *
     * @throws IllegalStateException if no name server answers
     */
    Set<String> brokerAddresses();

    /** Creates a topic on one broker, which then tells the name server. */
    void createTopic(String brokerAddress, String topic, int queues);

    /** The names of the brokers on which the name server knows this topic. */
    Set<String> brokersOf(String topic);

    @Override
    void close();
}
