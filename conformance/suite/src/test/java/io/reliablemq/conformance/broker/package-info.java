/** The brokers under test: Apache's name server and broker as processes, and ours. */
@NullMarked
package io.reliablemq.conformance.broker;

import org.jspecify.annotations.NullMarked;
