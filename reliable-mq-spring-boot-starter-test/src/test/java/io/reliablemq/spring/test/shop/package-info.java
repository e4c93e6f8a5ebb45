/** An application as users have it, for tests as they would write them; the guide shows parts of both. */
@NullMarked
package io.reliablemq.spring.test.shop;

import org.jspecify.annotations.NullMarked;
