/** The two client libraries behind one port: ours, and the official one in a class loader of its own. */
@NullMarked
package io.reliablemq.benchmarks.peer;

import org.jspecify.annotations.NullMarked;
