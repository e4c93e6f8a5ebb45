package io.reliablemq.protocol.message;

import io.reliablemq.protocol.text.PlainBytes;
import java.nio.charset.StandardCharsets;
import java.util.Set;

/** Names of the properties that the protocol reserves, as they stand on the wire. */
public final class PropertyNames {

    /** Keys of the index, separated by blanks. */
    public static final String KEYS = "KEYS";

    public static final String TAGS = "TAGS";
    /** The id that the producer gave the message; the same in every copy and every retry. */
    public static final String UNIQUE_ID = "UNIQ_KEY";
    /** {@code true} to wait for flush and replication as configured. */
    public static final String WAIT_STORE = "WAIT";

    public static final String DELAY_LEVEL = "DELAY";
    public static final String RETRY_TOPIC = "RETRY_TOPIC";
    public static final String ORIGIN_MESSAGE_ID = "ORIGIN_MESSAGE_ID";
    public static final String RECONSUME_TIME = "RECONSUME_TIME";
    public static final String MAX_RECONSUME_TIMES = "MAX_RECONSUME_TIMES";
    public static final String REAL_TOPIC = "REAL_TOPIC";
    public static final String REAL_QUEUE_ID = "REAL_QID";
    public static final String PRODUCER_GROUP = "PGROUP";
    public static final String TRANSACTION_PREPARED = "TRAN_MSG";
    public static final String MESSAGE_REGION = "MSG_REGION";
    public static final String TRACE_SWITCH = "TRACE_ON";
    public static final String CLUSTER = "CLUSTER";
    public static final String SHARDING_KEY = "__SHARDINGKEY";
    public static final String TIMER_DELAY_SECONDS = "TIMER_DELAY_SEC";
    public static final String TIMER_DELAY_MILLIS = "TIMER_DELAY_MS";
    public static final String TIMER_DELIVER_MILLIS = "TIMER_DELIVER_MS";
    /** When a message that waits is due, in ms of the broker's wall clock. */
    public static final String TIMER_OUT_MILLIS = "TIMER_OUT_MS";
    /** When it began to wait. */
    public static final String TIMER_ENQUEUE_MILLIS = "TIMER_ENQUEUE_MS";
    /** When it was handed over. */
    public static final String TIMER_DEQUEUE_MILLIS = "TIMER_DEQUEUE_MS";

    /** Ties a reply to its request. */
    public static final String CORRELATION_ID = "CORRELATION_ID";
    /** Client id of whoever waits for the reply. */
    public static final String REPLY_TO_CLIENT = "REPLY_TO_CLIENT";
    /** How long somebody waits for the reply, in ms. */
    public static final String TIME_TO_LIVE = "TTL";

    public static final String MESSAGE_TYPE = "MSG_TYPE";
    /** When a broker got a reply, in ms of its wall clock. */
    public static final String ARRIVE_TIME = "ARRIVE_TIME";
    /** When a client got a reply that a broker pushed, in ms of its wall clock. */
    public static final String PUSH_REPLY_TIME = "PUSH_REPLY_TIME";
    /** How urgent it is: a number from 0, a greater one comes first. */
    public static final String PRIORITY = "_SYS_MSG_PRIORITY_";

    public static final String TRANSACTION_ID = "__transactionId__";
    /** How long nobody asks how a transaction ended, in seconds since its half message was stored. */
    public static final String CHECK_IMMUNITY_SECONDS = "CHECK_IMMUNITY_TIME_IN_SECONDS";
    /** How often the producer was asked how a transaction ended. */
    public static final String TRANSACTION_CHECK_TIMES = "TRANSACTION_CHECK_TIMES";

    public static final String MIN_OFFSET = "MIN_OFFSET";
    public static final String MAX_OFFSET = "MAX_OFFSET";
    public static final String DEAD_LETTER_ORIGIN_TOPIC = "DLQ_ORIGIN_TOPIC";
    public static final String DEAD_LETTER_ORIGIN_MESSAGE_ID = "DLQ_ORIGIN_MESSAGE_ID";

    /** The names above that a user may not set as properties of its own. */
    private static final Set<String> RESERVED = Set.of(
            KEYS,
            TAGS,
            UNIQUE_ID,
            WAIT_STORE,
            DELAY_LEVEL,
            RETRY_TOPIC,
            ORIGIN_MESSAGE_ID,
            RECONSUME_TIME,
            MAX_RECONSUME_TIMES,
            REAL_TOPIC,
            REAL_QUEUE_ID,
            PRODUCER_GROUP,
            TRANSACTION_PREPARED,
            MESSAGE_REGION,
            TRACE_SWITCH,
            CLUSTER,
            SHARDING_KEY,
            TIMER_DELAY_SECONDS,
            TIMER_DELAY_MILLIS,
            TIMER_DELIVER_MILLIS,
            TIMER_OUT_MILLIS,
            TIMER_ENQUEUE_MILLIS,
            TIMER_DEQUEUE_MILLIS,
            MIN_OFFSET,
            MAX_OFFSET,
            DEAD_LETTER_ORIGIN_TOPIC,
            DEAD_LETTER_ORIGIN_MESSAGE_ID,
            "BUYER_ID",
            "TRANSFER_FLAG",
            "CORRECTION_FLAG",
            "MQ2_FLAG",
            "INSTANCE_ID",
            CORRELATION_ID,
            REPLY_TO_CLIENT,
            TIME_TO_LIVE,
            MESSAGE_TYPE,
            ARRIVE_TIME,
            PUSH_REPLY_TIME,
            "POP_CK",
            "1ST_POP_TIME",
            "CONSUME_START_TIME",
            TRANSACTION_CHECK_TIMES,
            "TRAN_PREPARED_QUEUE_OFFSET",
            TRANSACTION_ID,
            CHECK_IMMUNITY_SECONDS,
            PRIORITY,
            "INNER_NUM",
            "INNER_BASE",
            "DUP_INFO",
            "EXTEND_UNIQ_INFO",
            "TIMER_ROLL_TIMES",
            "TIMER_DEL_UNIQKEY",
            FailureProperties.EXCEPTION,
            FailureProperties.EXCEPTION_MESSAGE,
            FailureProperties.HOST,
            FailureProperties.ATTEMPTS,
            FailureProperties.FIRST_FAILED_AT,
            FailureProperties.LAST_FAILED_AT);

    /** What most messages carry, so that the names need neither be made nor hashed for each of them. */
    private static final String[] COMMON = {
        UNIQUE_ID, WAIT_STORE, TAGS, KEYS, CLUSTER, MESSAGE_REGION, TRACE_SWITCH, SHARDING_KEY
    };

    /** The name that stands in this part of the text, as one of the constants above where it is one of the common ones. */
    static String cutOut(String text, int from, int to) {
        for (String name : COMMON) {
            if (name.length() == to - from && text.startsWith(name, from)) {
                return name;
            }
        }
        return text.substring(from, to);
    }

    /** The same from the bytes of the text. */
    static String cutOut(byte[] text, int from, int to) {
        for (String name : COMMON) {
            if (PlainBytes.isAt(text, from, to - from, name)) {
                return name;
            }
        }
        return new String(text, from, to - from, StandardCharsets.UTF_8);
    }

    public static boolean isReserved(String name) {
        return RESERVED.contains(name);
    }

    private PropertyNames() {}
}
