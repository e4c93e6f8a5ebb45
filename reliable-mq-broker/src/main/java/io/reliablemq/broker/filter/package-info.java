/**
 * SQL92 expressions over the properties of messages: what subscriptions by expression select.
 *
 * <p>Pure functions of an expression and a message; knows nothing of the store or of groups. Called by the request handlers on
 * their threads.
 */
@NullMarked
package io.reliablemq.broker.filter;

import org.jspecify.annotations.NullMarked;
