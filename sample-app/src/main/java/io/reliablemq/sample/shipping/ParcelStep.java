package io.reliablemq.sample.shipping;

import java.util.List;

/**
 * The message on topic {@value #TOPIC}: a parcel has come a step further. Sent with the order as ordering key, so that the steps of
 * one parcel come in their order.
 *
 * @param number of the step, from 1
 */
public record ParcelStep(String orderId, int number, String name) {

    public static final String TOPIC = "parcel-step";

    /** The way of every parcel. */
    public static final List<String> WAY = List.of("packed", "on its way", "delivered");
}
