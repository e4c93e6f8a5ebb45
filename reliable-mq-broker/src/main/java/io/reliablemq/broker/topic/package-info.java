/**
 * The topics of this broker: looked up by everybody, changed by one thread, kept in a file.
 */
@NullMarked
package io.reliablemq.broker.topic;

import org.jspecify.annotations.NullMarked;
