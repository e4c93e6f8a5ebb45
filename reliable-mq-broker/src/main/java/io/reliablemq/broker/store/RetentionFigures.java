package io.reliablemq.broker.store;

/**
 * What retention has done since the start.
 *
 * @param kept segments that are over their age or size now and must be kept all the same
 * @param reason why the oldest of these is kept; empty if there is none
 */
public record RetentionFigures(long segmentsDeleted, long bytesDeleted, long kept, String reason) {}
