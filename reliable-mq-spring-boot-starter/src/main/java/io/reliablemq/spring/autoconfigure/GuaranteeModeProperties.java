package io.reliablemq.spring.autoconfigure;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The setting {@code reliable-mq.guarantee}.
 *
 * @param guarantee What is done about a configuration that can lose acknowledged messages: it is reported, or with strict the
 *     application does not start.
 */
@ConfigurationProperties("reliable-mq")
record GuaranteeModeProperties(@DefaultValue("report") GuaranteeMode guarantee) {}
