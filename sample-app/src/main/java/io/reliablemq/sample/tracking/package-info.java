/**
 * What becomes of a parcel, and the question how the customer likes it. Runs on the listener threads of the groups
 * {@code tracking}, which gets the steps of one parcel in their order, and {@code reviews}, which gets its messages some time after
 * they were sent.
 */
@NullMarked
package io.reliablemq.sample.tracking;

import org.jspecify.annotations.NullMarked;
