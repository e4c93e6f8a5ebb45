/** The application whose start is measured: nothing but what its class path brings. */
@NullMarked
package io.reliablemq.benchmarks.startup.application;

import org.jspecify.annotations.NullMarked;
