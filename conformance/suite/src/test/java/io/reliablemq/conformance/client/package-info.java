/** The two client libraries behind the port: ours, and the official one in a class loader of its own. */
@NullMarked
package io.reliablemq.conformance.client;

import org.jspecify.annotations.NullMarked;
