/**
 * Puts the broker into the application context of a test, and tidies up between tests. Called by Spring's test framework, on
 * the thread that runs the test.
 */
@NullMarked
package io.reliablemq.spring.test.context;

import org.jspecify.annotations.NullMarked;
