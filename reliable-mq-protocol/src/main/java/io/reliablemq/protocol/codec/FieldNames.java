package io.reliablemq.protocol.codec;

import io.reliablemq.protocol.text.PlainBytes;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Names that come often in headers, as the constants that readers of fields ask for: they need not be made each time, and are
 * found without a look at their characters.
 */
final class FieldNames {

    /** Where two have one place, the later one is there. */
    private static final String[] NAMES = new String[256];

    static {
        List<String> often = List.of(
                "code",
                "extFields",
                "flag",
                "language",
                "opaque",
                "remark",
                "serializeTypeCurrentRPC",
                "version",
                "msgId",
                "transactionId",
                "MSG_REGION",
                "TRACE_ON",
                "consumerGroup",
                "topic",
                "queueId",
                "queueOffset",
                "commitOffset",
                "maxMsgNums",
                "sysFlag",
                "subscription",
                "subVersion",
                "suspendTimeoutMillis",
                "expressionType",
                "maxMsgBytes",
                "suggestWhichBrokerId",
                "nextBeginOffset",
                "minOffset",
                "maxOffset",
                "topicSysFlag",
                "groupSysFlag");
        "abcdefghijklmnopqrstuvwxyz"
                .chars()
                .forEach(letter -> remember(Character.toString(letter).intern()));
        often.forEach(FieldNames::remember);
    }

    private static void remember(String name) {
        byte[] bytes = name.getBytes(StandardCharsets.ISO_8859_1);
        NAMES[place(bytes, 0, bytes.length)] = name;
    }

    private static int place(byte[] bytes, int from, int length) {
        return length == 0 ? 0 : (31 * bytes[from] + 7 * bytes[from + length - 1] + length) & (NAMES.length - 1);
    }

    /** The constant for the name that stands there; null if it is none of them. */
    static @Nullable String known(byte[] bytes, int from, int length) {
        String name = NAMES[place(bytes, from, length)];
        return name != null && PlainBytes.isAt(bytes, from, length, name) ? name : null;
    }

    private FieldNames() {}
}
