package io.reliablemq.sample.shipping;

/** The message on topic {@value #TOPIC}: it is time to ask the customer how they like it. Delivered some time after it was sent. */
public record ReviewDue(String orderId) {

    public static final String TOPIC = "review-due";
}
