package io.reliablemq.sample.payment;

/** The payment gateway did not charge the order. */
public class PaymentRefusedException extends RuntimeException {

    private final String reason;

    public PaymentRefusedException(String orderId, String reason) {
        super("Order " + orderId + " was not charged: " + reason);
        this.reason = reason;
    }

    public String reason() {
        return reason;
    }
}
