/**
 * Parts of the wire and of the log measured alone, with JMH. Run by {@code org.openjdk.jmh.Main}; each benchmark method
 * runs on JMH's threads.
 */
@NullMarked
package io.reliablemq.benchmarks.micro;

import org.jspecify.annotations.NullMarked;
