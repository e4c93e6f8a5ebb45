/** Makes the parts of the guide that are taken from the code. Run by the build, before the pages are rendered. */
@NullMarked
package io.reliablemq.docs;

import org.jspecify.annotations.NullMarked;
