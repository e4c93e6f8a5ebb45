package io.reliablemq.client.api;

/** No broker has the topic, and none creates topics by sending. */
public final class TopicMissingException extends RuntimeException {

    private final String topic;

    public TopicMissingException(String topic) {
        super("No broker has the topic '" + topic + "' and none creates topics by sending;"
                + " create the topic, or check that a broker is registered with the name servers");
        this.topic = topic;
    }

    public String topic() {
        return topic;
    }
}
