package io.reliablemq.benchmarks.micro;

import io.reliablemq.protocol.message.MessageProperties;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;

/** A message as applications send them. */
final class Samples {

    static final String PROPERTIES = MessageProperties.encode(properties());

    static byte[] body() {
        byte[] body = new byte[1024];
        new Random(1).nextBytes(body);
        return body;
    }

    static Map<String, String> properties() {
        Map<String, String> properties = new LinkedHashMap<>();
        properties.put("KEYS", "order-4711");
        properties.put("TAGS", "created");
        properties.put("UNIQ_KEY", "7F000001A1B218B4AAC2087E5C3F0000");
        properties.put("WAIT", "true");
        return properties;
    }

    private Samples() {}
}
