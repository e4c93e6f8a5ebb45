package io.reliablemq.spring.support;

/**
 * Names of the message headers that stand for parts of the protocol's message.
 *
 * <p>{@link #KEYS}, {@link #TAGS}, {@link #ORDERING_KEY}, {@link #PRIORITY}, those of delivery later and any header of a simple
 * type are also taken over when sending; the others are only set on received messages.
 */
public final class ReliableMqHeaders {

    /** What all names here begin with; such a header never becomes a property of the message. */
    public static final String PREFIX = "reliablemq_";

    /** Keys that the message can be found by: a text with blanks between keys, or a collection of texts. */
    public static final String KEYS = PREFIX + "keys";

    /** The tag, by which listeners can select. The tag of a destination {@code topic:tag} goes before it. */
    public static final String TAGS = PREFIX + "tags";

    /**
     * What the message must keep its order with: all messages of one ordering key go to one queue, also in retries, and a
     * send fails rather than move while the broker of that queue is away.
     */
    public static final String ORDERING_KEY = PREFIX + "orderingKey";

    /** Deliver so long after its arrival: a {@link java.time.Duration}. Of this and the next two, one at most. */
    public static final String DELIVER_AFTER = PREFIX + "deliverAfter";

    /** Deliver at this time: an {@link java.time.Instant}, by the broker's clock. */
    public static final String DELIVER_AT = PREFIX + "deliverAt";

    /** Deliver after the delay of this level of the broker's {@code messageDelayLevel}: a number from 1. */
    public static final String DELAY_LEVEL = PREFIX + "delayLevel";

    /** How urgent it is: an {@link Integer} from 0; of the messages that a listener has not begun a greater one comes first. */
    public static final String PRIORITY = PREFIX + "priority";

    /** The topic it was sent to, also in a retry. */
    public static final String TOPIC = PREFIX + "topic";

    /** The unique id: the same in every attempt and every copy. Use it to recognise a message handled before. */
    public static final String MESSAGE_ID = PREFIX + "messageId";

    /** The id of the stored copy. */
    public static final String OFFSET_MESSAGE_ID = PREFIX + "offsetMessageId";

    /** The queue it was received from, an {@link Integer}. */
    public static final String QUEUE_ID = PREFIX + "queueId";

    /** Its number in that queue, a {@link Long}. */
    public static final String QUEUE_OFFSET = PREFIX + "queueOffset";

    /** How many attempts failed before this one, an {@link Integer}; 0 at first delivery. */
    public static final String RECONSUME_TIMES = PREFIX + "reconsumeTimes";

    /** When it was sent, an {@link java.time.Instant} by the producer's clock. */
    public static final String BORN_TIMESTAMP = PREFIX + "bornTimestamp";

    /** When this copy was stored, an {@link java.time.Instant} by the broker's clock. */
    public static final String STORE_TIMESTAMP = PREFIX + "storeTimestamp";

    /** The broker it was received from. */
    public static final String BROKER_NAME = PREFIX + "brokerName";

    /** On a dead letter: the topic it was sent to. */
    public static final String DEAD_LETTER_ORIGIN_TOPIC = PREFIX + "deadLetterOriginTopic";

    /** On a dead letter: the id of the message it was made from. */
    public static final String DEAD_LETTER_ORIGIN_MESSAGE_ID = PREFIX + "deadLetterOriginMessageId";

    /** On a dead letter: the class of the exception that the listener threw last. Absent if it threw none. */
    public static final String DEAD_LETTER_EXCEPTION = PREFIX + "deadLetterException";

    /** On a dead letter: what that exception says, in 1,000 characters at the most. */
    public static final String DEAD_LETTER_EXCEPTION_MESSAGE = PREFIX + "deadLetterExceptionMessage";

    /** On a dead letter: the client id of the consumer that tried last, which begins with the address of its host. */
    public static final String DEAD_LETTER_HOST = PREFIX + "deadLetterHost";

    /** On a dead letter: how often it was tried, an {@link Integer}. */
    public static final String DEAD_LETTER_ATTEMPTS = PREFIX + "deadLetterAttempts";

    /** On a dead letter: when the first attempt failed, an {@link java.time.Instant} by the consumer's clock. */
    public static final String DEAD_LETTER_FIRST_FAILED = PREFIX + "deadLetterFirstFailed";

    /** On a dead letter: when the last attempt failed, an {@link java.time.Instant} by the consumer's clock. */
    public static final String DEAD_LETTER_LAST_FAILED = PREFIX + "deadLetterLastFailed";

    private ReliableMqHeaders() {}
}
