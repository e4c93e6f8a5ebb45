package io.reliablemq.sample.order;

/** Something was recorded about an order. Published inside the transaction that recorded it. */
public record OrderChanged(String orderId) {}
