package io.reliablemq.sample.order;

/** The message on topic {@value #TOPIC}: an order waits for its payment. */
public record OrderCreated(String orderId, String item, long amountCents) {

    public static final String TOPIC = "order-created";
}
