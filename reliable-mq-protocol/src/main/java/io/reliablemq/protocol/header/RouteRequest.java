package io.reliablemq.protocol.header;

import java.util.Map;

/**
 * Header of GET_ROUTE_BY_TOPIC.
 *
 * @param watch whether the asker wants to be told when the route changes. Name servers of Apache RocketMQ ignore the
 *     field; one that tells answers with {@link #WATCHED}
 */
public record RouteRequest(String topic, boolean watch) {

    /** Field of an answer by which a name server says that it will tell of changes, over the same connection. */
    public static final String WATCHED = "watched";

    public static RouteRequest read(Map<String, String> wire) {
        HeaderFields fields = HeaderFields.of(wire);
        return new RouteRequest(fields.text("topic"), fields.flag("watch", false));
    }

    public Map<String, String> fields() {
        return HeaderFields.writer().put("topic", topic).put("watch", watch).build();
    }
}
