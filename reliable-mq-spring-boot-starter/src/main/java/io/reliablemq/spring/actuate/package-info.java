/**
 * The embedded broker's health and figures in the forms that an application watches. Neither Spring Boot's health nor
 * Micrometer need be there: nothing here is loaded without them.
 *
 * <p>Called by the threads that look: health endpoints, scrapers, publishers of meters.
 */
@NullMarked
package io.reliablemq.spring.actuate;

import org.jspecify.annotations.NullMarked;
