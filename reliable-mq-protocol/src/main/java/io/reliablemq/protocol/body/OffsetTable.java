package io.reliablemq.protocol.body;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.reliablemq.protocol.command.Body;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Offsets by queue, the body of RESET_CONSUMER_CLIENT_OFFSET and of the answer to INVOKE_BROKER_TO_RESET_OFFSET. The protocol
 * has whole objects as member names here, which no JSON reader takes:
 *
 * <pre>{"offsetTable":{{"brokerName":"b","queueId":0,"topic":"T"}:7}}</pre>
 */
public record OffsetTable(Map<QueueLock.Queue, Long> offsets) {

    /** Names of topics and brokers contain no braces. */
    private static final Pattern ENTRY = Pattern.compile("(\\{[^{}]*\\})\\s*:\\s*(-?\\d{1,19})");

    private static final Pattern WHOLE =
            Pattern.compile("\\s*\\{\\s*\"offsetTable\"\\s*:\\s*\\{(.*)\\}.*\\}\\s*", Pattern.DOTALL);

    public OffsetTable {
        offsets = Map.copyOf(offsets);
    }

    /** @throws MalformedBodyException if the body is no such table */
    public static OffsetTable read(Body body) {
        String text = new String(body.toByteArray(), UTF_8);
        Matcher whole = WHOLE.matcher(text);
        if (!whole.matches()) {
            throw new MalformedBodyException("The body of " + body.size() + " bytes is no table of offsets", null);
        }
        Map<QueueLock.Queue, Long> offsets = new LinkedHashMap<>();
        Matcher entry = ENTRY.matcher(whole.group(1));
        while (entry.find()) {
            offsets.put(
                    JsonBodies.read(Body.ofUtf8(entry.group(1)), QueueLock.Queue.class),
                    Long.parseLong(entry.group(2)));
        }
        return new OffsetTable(offsets);
    }

    public Body write() {
        StringBuilder json = new StringBuilder("{\"offsetTable\":{");
        String separator = "";
        for (Map.Entry<QueueLock.Queue, Long> entry : offsets.entrySet()) {
            json.append(separator)
                    .append("{\"brokerName\":\"%s\",\"queueId\":%d,\"topic\":\"%s\"}:%d"
                            .formatted(
                                    entry.getKey().brokerName(),
                                    entry.getKey().queueId(),
                                    entry.getKey().topic(),
                                    entry.getValue()));
            separator = ",";
        }
        return Body.ofUtf8(json.append("}}").toString());
    }
}
