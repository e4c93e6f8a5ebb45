/** How long an application takes to start, with and without messaging, and with what has to be started for it. */
@NullMarked
package io.reliablemq.benchmarks.startup;

import org.jspecify.annotations.NullMarked;
