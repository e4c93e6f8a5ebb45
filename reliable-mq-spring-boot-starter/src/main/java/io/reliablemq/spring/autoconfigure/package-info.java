/**
 * Wiring for Spring Boot: properties, connection details, beans that give way to the application's, failure analyses.
 *
 * <p>Runs while the context starts; nothing here is called later.
 */
@NullMarked
package io.reliablemq.spring.autoconfigure;

import org.jspecify.annotations.NullMarked;
