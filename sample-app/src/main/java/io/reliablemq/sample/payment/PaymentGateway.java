package io.reliablemq.sample.payment;

/** The payment provider. */
public interface PaymentGateway {

    /**
     * Charges an order. Like real providers it takes a key to recognise repetitions by: charging the same order again
     * is one charge.
     *
     * @throws PaymentRefusedException if it was not charged; trying again later may help
     */
    void charge(String orderId, long amountCents);
}
