package io.reliablemq.spring.guarantee;

/**
 * What holds.
 *
 * @param subject of whom: a broker, a producer's or a consumer's group
 */
public record Guarantee(Stage stage, String subject, String text) {}
