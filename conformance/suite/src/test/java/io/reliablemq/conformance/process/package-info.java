/** Child processes, their free ports and folders. Called by test threads; every process dies with the test run. */
@NullMarked
package io.reliablemq.conformance.process;

import org.jspecify.annotations.NullMarked;
