package io.reliablemq.spring.core;

/**
 * What became of the messages that a template was to send after commits, since it was made.
 *
 * @param waiting their transactions have not ended, or their sends have not
 * @param sent a broker has them, or the journal
 * @param failed told to the {@link AfterCommitFailureHandler}
 * @param withdrawn their transactions did not commit
 */
public record AfterCommitFigures(long waiting, long sent, long failed, long withdrawn) {}
