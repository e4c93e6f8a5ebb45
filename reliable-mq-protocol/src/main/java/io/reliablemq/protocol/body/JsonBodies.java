package io.reliablemq.protocol.body;

import io.reliablemq.protocol.command.Body;
import java.util.Locale;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.json.JsonReadFeature;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * Reads and writes the JSON bodies. Tolerates what Apache RocketMQ 5.5.0 writes beyond standard JSON where we read it:
 * numbers as member names without quotes.
 */
public final class JsonBodies {

    private static final int MAX_DEPTH = 32;

    private static final JsonMapper MAPPER = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(MAX_DEPTH)
                            .build())
                    .enable(JsonReadFeature.ALLOW_UNQUOTED_PROPERTY_NAMES)
                    .build())
            .disable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .disable(MapperFeature.SORT_PROPERTIES_ALPHABETICALLY)
            .build();

    public static <T> Body write(T value) {
        return Body.of(MAPPER.writeValueAsBytes(value));
    }

    /** @throws MalformedBodyException if the body is no JSON of that type */
    public static <T> T read(Body body, Class<T> type) {
        try {
            T value = MAPPER.readValue(body.toByteArray(), type);
            if (value == null) {
                throw new MalformedBodyException("The body should be a " + describe(type) + " but is null", null);
            }
            return value;
        } catch (JacksonException e) {
            throw new MalformedBodyException(
                    "The body of " + body.size() + " bytes is no " + describe(type) + ": " + e.getOriginalMessage(), e);
        }
    }

    private static String describe(Class<?> type) {
        return type.getSimpleName().toLowerCase(Locale.ROOT);
    }

    private JsonBodies() {}
}
