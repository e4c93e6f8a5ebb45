/**
 * Questions to name servers and brokers about themselves, for reports and health.
 *
 * <p>Thread-safe and without state; answers complete on an event loop.
 */
@NullMarked
package io.reliablemq.client.admin;

import org.jspecify.annotations.NullMarked;
