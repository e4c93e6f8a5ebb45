package io.reliablemq.broker.accounting;

/**
 * What became of the messages of a consumer group, at one moment.
 *
 * @param appended messages of the topics that the group consumes, from where it began; those that it consumes again
 *     since it went back; and messages that consumers put into the group's retry or dead-letter topic themselves
 * @param acknowledged passed by an offset that is on disk, and not copied for another attempt or as a dead letter.
 *     Messages that the subscription's tags leave out are among them
 * @param inFlight not passed and not copied: waiting, or in a consumer's hands
 * @param retrying copies that wait for their delay, or in the retry topic
 * @param dead messages that entered the dead-letter topic
 * @param expired deleted by retention before the group had passed them
 * @param duplicated copies beyond the first of one message, as when a consumer dies between giving it back and
 *     committing its offset. Each is one more message for the group, and is found again in the other figures
 */
public record GroupAccount(
        String group,
        long appended,
        long acknowledged,
        long inFlight,
        long retrying,
        long dead,
        long expired,
        long duplicated) {

    /** What none of the figures explains: above 0 lost, below 0 come from nowhere. */
    public long unaccounted() {
        return appended + duplicated - acknowledged - inFlight - retrying - dead - expired;
    }
}
