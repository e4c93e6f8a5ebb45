/** The snippets of the guide, and the tests that keep it true. */
@NullMarked
package io.reliablemq.docs;

import org.jspecify.annotations.NullMarked;
