/**
 * The broker inside the application.
 *
 * <p>Started and stopped on the thread that runs the context's life; the broker's own threads do the rest. The only
 * package, beside the wiring, that knows the broker module, which may be absent.
 */
@NullMarked
package io.reliablemq.spring.embedded;

import org.jspecify.annotations.NullMarked;
