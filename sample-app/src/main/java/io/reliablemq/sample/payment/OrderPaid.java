package io.reliablemq.sample.payment;

/** The message on topic {@value #TOPIC}: an order is charged and may be shipped. */
public record OrderPaid(String orderId) {

    public static final String TOPIC = "order-paid";
}
