package io.reliablemq.protocol.message;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The properties that say why a message is a dead letter. They are this project's own: the consumer tells them when it sends the
 * message back, as {@code failure}, and a broker of this project keeps them with its copy; one of Apache RocketMQ ignores them.
 */
public final class FailureProperties {

    /** Class of the exception that the listener has thrown last. */
    public static final String EXCEPTION = "DLQ_EXCEPTION";

    /** What that exception says, at most {@value #MAX_TEXT} characters of it. */
    public static final String EXCEPTION_MESSAGE = "DLQ_EXCEPTION_MESSAGE";

    /** Client id of the consumer that has handled the message last; it begins with the address of its host. */
    public static final String HOST = "DLQ_HOST";

    /** How often the message was handled. */
    public static final String ATTEMPTS = "DLQ_ATTEMPTS";

    /** When it failed for the first time, in ms of the wall clock of that consumer. On copies for a retry too. */
    public static final String FIRST_FAILED_AT = "DLQ_FIRST_FAILED_AT";

    /** When it failed for the last time, in ms of the wall clock of that consumer. */
    public static final String LAST_FAILED_AT = "DLQ_LAST_FAILED_AT";

    public static final int MAX_TEXT = 1_000;

    public static final Set<String> ALL =
            Set.of(EXCEPTION, EXCEPTION_MESSAGE, HOST, ATTEMPTS, FIRST_FAILED_AT, LAST_FAILED_AT);

    /** The text as it can stand in a properties string: without separators, and not too long. */
    public static String text(String text) {
        String plain = text.replace('\u0001', ' ').replace('\u0002', ' ');
        return plain.length() <= MAX_TEXT ? plain : plain.substring(0, MAX_TEXT - 1) + "…";
    }

    /**
     * The properties of a copy with those of the failure in place of older ones. What does not fit is left out: a message must not be
     * lost because its exception has much to say.
     *
     * @param failure as it was encoded; null for none. What is not in {@link #ALL} is ignored
     */
    public static Map<String, String> added(Map<String, String> properties, @Nullable String failure) {
        Map<String, String> all = new LinkedHashMap<>(properties);
        MessageProperties.decode(failure).forEach((name, value) -> {
            if (ALL.contains(name)) {
                all.put(name, value);
            }
        });
        if (fits(all)) {
            return all;
        }
        all.remove(EXCEPTION_MESSAGE);
        if (fits(all)) {
            return all;
        }
        all.keySet().removeAll(ALL);
        return all;
    }

    private static boolean fits(Map<String, String> properties) {
        return MessageProperties.encode(properties).getBytes(StandardCharsets.UTF_8).length
                <= MessageProperties.MAX_BYTES;
    }

    private FailureProperties() {}
}
