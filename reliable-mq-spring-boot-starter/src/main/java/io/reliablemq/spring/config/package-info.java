/**
 * From listeners to containers: endpoints are gathered, merged by group, and their containers held and run.
 *
 * <p>Endpoints are registered on the thread that starts the context; containers may be looked up and run from any.
 */
@NullMarked
package io.reliablemq.spring.config;

import org.jspecify.annotations.NullMarked;
