/** The measured brokers as processes of their own, and what the system says of them. Called by the driver's main thread. */
@NullMarked
package io.reliablemq.benchmarks.process;

import org.jspecify.annotations.NullMarked;
