/**
 * The broker as an application of its own: settings from Spring Boot's usual places, a log, a clean stop.
 *
 * <p>The only package that knows Spring; nothing depends on it.
 */
@NullMarked
package io.reliablemq.broker.app;

import org.jspecify.annotations.NullMarked;
