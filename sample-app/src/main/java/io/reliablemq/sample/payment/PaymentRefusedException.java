package io.reliablemq.sample.payment;

/** The payment gateway did not charge the order. */
public class PaymentRefusedException extends RuntimeException {

    private final String reason;

    public PaymentRefusedException(String orderId, String reason) {
        // An everyday event: a stack trace in the log would tell nobody anything.
        super("Order " + orderId + " was not charged: " + reason, null, false, false);
        this.reason = reason;
    }

    public String reason() {
        return reason;
    }
}
