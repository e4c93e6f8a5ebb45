/**
 * The official client behind the suite's port, and the official administration tool.
 *
 * <p>Runs on Apache RocketMQ's own dependencies: inside the suite in an isolated loader, or as a process of its own.
 */
@NullMarked
package io.reliablemq.conformance.official;

import org.jspecify.annotations.NullMarked;
