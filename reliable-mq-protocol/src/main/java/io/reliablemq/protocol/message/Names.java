package io.reliablemq.protocol.message;

/** Topic and group names: which are allowed, which are derived from others. */
public final class Names {

    public static final String RETRY_PREFIX = "%RETRY%";
    public static final String DEAD_LETTER_PREFIX = "%DLQ%";
    /** Holds what is waiting for its delay level, one queue a level. */
    public static final String SCHEDULE_TOPIC = "SCHEDULE_TOPIC_XXXX";
    /** Holds what is waiting for a time of its own, in one queue. */
    public static final String TIMER_TOPIC = "rmq_sys_wheel_timer";
    /** Holds messages of transactions that have not ended. */
    public static final String HALF_TOPIC = "RMQ_SYS_TRANS_HALF_TOPIC";
    /** Holds the notes that transactions were rolled back. */
    public static final String ROLLBACK_TOPIC = "RMQ_SYS_TRANS_OP_HALF_TOPIC";
    /** Holds messages of transactions that nobody has ended within the limits. */
    public static final String UNDECIDED_TOPIC = "TRANS_CHECK_MAX_TIME_TOPIC";
    /** Holds the notes that messages which wait for a time of their own were called back. */
    public static final String RECALL_TOPIC = "rmq_sys_recalled";

    private static final String REPLY_SUFFIX = "_REPLY_TOPIC";
    /** Its route tells a producer where it may create topics by sending. */
    public static final String AUTO_CREATE_TOPIC = "TBW102";

    public static final int MAX_TOPIC_LENGTH = 127;
    /** Retry and dead-letter topics may be longer, since they carry a group's name behind a prefix. */
    public static final int MAX_DERIVED_TOPIC_LENGTH = 255;

    public static final int MAX_GROUP_LENGTH = 120;

    public static String retryTopic(String group) {
        return RETRY_PREFIX + group;
    }

    public static String deadLetterTopic(String group) {
        return DEAD_LETTER_PREFIX + group;
    }

    /** Where replies within a cluster are sent to. */
    public static String replyTopic(String cluster) {
        return cluster + REPLY_SUFFIX;
    }

    public static boolean isRetryTopic(String topic) {
        return topic.startsWith(RETRY_PREFIX);
    }

    public static boolean isDeadLetterTopic(String topic) {
        return topic.startsWith(DEAD_LETTER_PREFIX);
    }

    /** @throws IllegalArgumentException naming the topic and what is wrong with it */
    public static String requireTopic(String topic) {
        boolean derived = isRetryTopic(topic) || isDeadLetterTopic(topic);
        return require("topic", topic, derived ? MAX_DERIVED_TOPIC_LENGTH : MAX_TOPIC_LENGTH);
    }

    /** @throws IllegalArgumentException naming the group and what is wrong with it */
    public static String requireGroup(String group) {
        return require("group", group, MAX_GROUP_LENGTH);
    }

    private static String require(String what, String name, int maxLength) {
        if (name.isBlank()) {
            throw new IllegalArgumentException("The " + what + " is empty; give it a name");
        }
        if (name.length() > maxLength) {
            throw new IllegalArgumentException("The " + what + " '" + name + "' has " + name.length()
                    + " characters; at most " + maxLength + " are allowed");
        }
        for (int i = 0; i < name.length(); i++) {
            if (!isAllowed(name.charAt(i))) {
                throw new IllegalArgumentException("The " + what + " '" + name + "' contains '" + name.charAt(i)
                        + "'; allowed are letters, digits and % | - _");
            }
        }
        return name;
    }

    private static boolean isAllowed(char c) {
        return c >= 'a' && c <= 'z'
                || c >= 'A' && c <= 'Z'
                || c >= '0' && c <= '9'
                || c == '%'
                || c == '|'
                || c == '-'
                || c == '_';
    }

    private Names() {}
}
