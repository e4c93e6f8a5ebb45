package io.reliablemq.sample.payment;

/** The consumer group that charges orders. */
public final class PaymentGroup {

    public static final String NAME = "payment";

    private PaymentGroup() {}
}
