/** What the page at {@code /} shows. Called by web threads; reads the database and changes nothing. */
@NullMarked
package io.reliablemq.sample.board;

import org.jspecify.annotations.NullMarked;
