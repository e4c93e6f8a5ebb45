/**
 * Health and figures over HTTP, for probes and scrapers: {@code GET /health} and {@code GET /metrics}.
 *
 * <p>Reads what {@code figures} offers and changes nothing. Runs on {@code rmq-management-n}, beside which the JDK's
 * server has a thread that accepts.
 */
@NullMarked
package io.reliablemq.broker.management;

import org.jspecify.annotations.NullMarked;
