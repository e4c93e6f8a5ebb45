/** The page in a browser. */
package io.reliablemq.sample.page;
