/** Counts what became of orders, from the database alone. Any thread may call it. */
@NullMarked
package io.reliablemq.sample.tally;

import org.jspecify.annotations.NullMarked;
